"""How fast the service is: `make bench`."""
