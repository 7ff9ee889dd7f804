"""Commands for operators: `flask --help`."""

from flask import Flask

from commands.checks import checks
from commands.model import model
from commands.photos import photos
from commands.users import users


def register_commands(app: Flask) -> None:
    """Add all command groups to the `flask` command line."""
    for group in (users, photos, checks, model):
        app.cli.add_command(group)
