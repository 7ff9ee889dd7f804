"""The documents, and the programs that make some of them."""
