"""`python -m commands.server`: start the service."""

from commands.server.serve import serve

serve()
