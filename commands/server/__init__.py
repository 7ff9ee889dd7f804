"""The server: `python -m commands.server`."""
