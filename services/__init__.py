"""What lies outside of the service."""
