"""Whatever comes in: tests that make up their own input."""
