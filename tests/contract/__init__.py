"""The service does what the document of the API says, found out by schemathesis."""
