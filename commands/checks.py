"""`flask checks`: work on old checks."""

from collections import Counter

import click
from flask.cli import AppGroup
from flask_migrate import upgrade

from commands.base import managers, one_line_errors
from constants import Status
from managers.errors import NotFoundError, PhotoUnavailableError

checks = AppGroup("checks", help="Look after the checks.")


@checks.command()
@click.option("--version", help="The network; the active one by default.")
@click.option("--limit", type=click.IntRange(min=1), help="How many checks at most.")
def rescore(version: str | None, limit: int | None) -> None:
    """Store what another network predicts for old checks, the oldest first.

    The checks do not change. Those with a prediction of that version are left out, so a run that
    was stopped can be continued.
    """
    upgrade()
    networks, predictions = managers().networks, managers().shadow_predictions
    with one_line_errors():
        network = networks.get(version) if version else networks.active()
        pending = predictions.pending(network.version, limit)
        changes: Counter[tuple[Status, Status]] = Counter()
        unread = 0
        with click.progressbar(pending, label=f"Asking {network.version}") as bar:
            for check_id in bar:
                try:
                    changes[predictions.rescore(check_id, network)] += 1
                except PhotoUnavailableError:
                    unread += 1
                except NotFoundError:
                    continue
    click.echo(_summary(changes, unread))


def _summary(changes: Counter[tuple[Status, Status]], unread: int) -> str:
    """Return the changes from one status to another, the most severe first."""
    severity = list(Status)
    moved = {change: n for change, n in changes.items() if change[0] != change[1]}
    lines = [f"{changes.total()} checks rescored, {sum(moved.values())} with another status."]
    for before, after in sorted(moved, key=lambda c: (-severity.index(c[0]), severity.index(c[1]))):
        lines.append(f"  {before} -> {after}: {moved[before, after]}")
    if unread:
        lines.append(f"{unread} photos could not be read; the next run tries them again.")
    return "\n".join(lines)
