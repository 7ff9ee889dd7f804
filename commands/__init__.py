"""What operators do at the command line: `flask --help`."""

from flask import Flask

from commands.photos import photos
from commands.users import users


def register_commands(app: Flask) -> None:
    app.cli.add_command(users)
    app.cli.add_command(photos)
