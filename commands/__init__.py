"""Commands for operators: `flask --help`."""

from copy import copy

from flask import Flask

from commands.checks import checks
from commands.keys import keys
from commands.models import models
from commands.openapi import openapi
from commands.photos import photos
from commands.sessions import sessions
from commands.users import users

GROUPS = (users, sessions, photos, checks, models, keys)


def register_commands(app: Flask) -> None:
    """Add all command groups to the `flask` command line."""
    for group in GROUPS:
        app.cli.add_command(group)
    app.cli.add_command(openapi)
    # The name up to version 2.3.
    earlier = copy(models)
    earlier.hidden = True
    app.cli.add_command(earlier, "model")
