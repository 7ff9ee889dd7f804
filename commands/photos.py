"""`flask photos`: the photos that outages and crashes left half-way."""

from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from managers import Managers

photos = AppGroup("photos", help="Look after the photo storage.")


@photos.command()
def sweep() -> None:
    """Push waiting photos, finish deletions and remove orphans; the server does it by itself."""
    cast(Managers, current_app.extensions["managers"]).photos.sweep()
    click.echo("Done.")
