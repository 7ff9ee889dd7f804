"""`flask checks`: commands for stored checks."""

from collections import Counter

import click
from flask.cli import AppGroup
from flask_migrate import upgrade

from commands.base import managers, one_line_errors
from constants import Status
from managers.errors import NotFoundError, PhotoUnavailableError

checks = AppGroup("checks", help="Manage the stored checks.")


@checks.command()
@click.option("--version", help="The version of the model; default: the active one.")
@click.option("--limit", type=click.IntRange(min=1), help="Maximum number of checks.")
def rescore(version: str | None, limit: int | None) -> None:
    """Store the predictions of another model for existing checks, oldest first.

    The checks do not change. The command skips checks that already have a prediction of this
    version, so the next run continues a run that was stopped.
    """
    upgrade()
    networks, predictions = managers().networks, managers().shadow_predictions
    with one_line_errors():
        network = networks.get(version) if version else networks.active()
        pending = predictions.pending(network.version, limit)
        changes: Counter[tuple[Status, Status]] = Counter()
        unread = 0
        with click.progressbar(pending, label=f"Rescoring with {network.version}") as bar:
            for check_id in bar:
                try:
                    changes[predictions.rescore(check_id, network)] += 1
                except PhotoUnavailableError:
                    unread += 1
                except NotFoundError:
                    continue
    click.echo(_summary(changes, unread))


def _summary(changes: Counter[tuple[Status, Status]], unread: int) -> str:
    """Return the number of changes of the status, most severe first, as text."""
    severity = list(Status)
    moved = {change: n for change, n in changes.items() if change[0] != change[1]}
    lines = [f"{changes.total()} checks rescored, {sum(moved.values())} with another status."]
    for before, after in sorted(moved, key=lambda c: (-severity.index(c[0]), severity.index(c[1]))):
        lines.append(f"  {before} -> {after}: {moved[before, after]}")
    if unread:
        lines.append(f"{unread} photos could not be read; the next run tries them again.")
    return "\n".join(lines)
