"""`flask photos`: finish interrupted work, and find damaged photos."""

import click
from flask.cli import AppGroup
from flask_migrate import upgrade

from commands.base import managers, one_line_errors

photos = AppGroup("photos", help="Manage the photo storage.")


@photos.command()
def sweep() -> None:
    """Push waiting photos, finish deletions and remove orphans. The server also does this."""
    managers().photos.sweep()
    click.echo("Done.")


@photos.command()
def verify() -> None:
    """Compare every stored photo with its length and digest.

    Exit with status 1 if a photo is missing or damaged. Record length and digest of photos from
    before these were recorded.
    """
    upgrade()
    manager = managers().photos
    with (
        one_line_errors(),
        click.progressbar(
            manager.verify(), length=manager.count(), label="Verifying photos"
        ) as bar,
    ):
        found = dict(bar)
    bad = [check_id for check_id, is_right in found.items() if not is_right]
    click.echo(f"{len(found) - len(bad)} of {len(found)} photos are as they were kept.")
    for check_id in bad:
        click.echo(f"  missing or damaged: check {check_id}")
    if bad:
        raise SystemExit(1)
