"""Request schemas, and the dataclasses that they load into."""
