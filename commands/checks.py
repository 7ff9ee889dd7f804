"""`flask checks`: the stored checks of all users."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

import click

from commands.base import OperatorGroup, managers
from commands.output import (
    confirm,
    json_option,
    progress,
    write_item,
    write_list,
    write_result,
    yes_option,
)
from commands.values import EmailAddress, Time
from constants import Status
from managers.errors import NotFoundError, PhotoUnavailableError
from models import Check
from schemas.request.check import CheckPageRequest

checks = OperatorGroup("checks", help="List, show, count, rescore and delete checks.")

F = TypeVar("F", bound=Callable[..., Any])
COLUMNS = {"id": 36, "created_at": 20, "status": 9, "model_version": 13, "user_id": 36}


def _period(function: F) -> F:
    """Add the options `since` and `until`."""
    since = click.option("--from", "since", type=Time(), help="Only checks from this time on.")
    until = click.option("--to", "until", type=Time(), help="Only checks before this time.")
    return since(until(function))


@checks.command("list")
@click.option("--user", "email", type=EmailAddress(), help="Only checks of this account (email).")
@click.option("--status", type=click.Choice(list(map(str, Status))), help="Only this status.")
@_period
@json_option
def list_(
    email: str | None,
    status: str | None,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """List the checks, newest first."""
    wanted = CheckPageRequest(status=Status(status) if status else None, since=since, until=until)
    user_id = managers().users.find(email).id if email else None
    rows = managers().all_checks.list(wanted, user_id)
    write_list("checks", rows, COLUMNS, as_json=as_json)


@checks.command()
@click.argument("check_id", type=click.UUID)
@json_option
def show(check_id: UUID, as_json: bool) -> None:
    """Show the check CHECK_ID, without its photo, age, sex, body site and diagnoses."""
    write_item(_details(managers().all_checks.get(check_id)), as_json=as_json)


@checks.command()
@_period
@json_option
def stats(since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """Count the checks by status, model version and day (UTC)."""
    counts: dict[str, Counter[str]] = {
        "status": Counter(dict.fromkeys(map(str, Status), 0)),
        "model_version": Counter(),
        "day": Counter(),
    }
    for row in managers().all_checks.counts(CheckPageRequest(since=since, until=until)):
        for name, counter in counts.items():
            counter[str(row[name])] += row["checks"]
    document = {"checks": counts["status"].total()}
    if as_json:
        write_item(document | {f"by_{name}": dict(n) for name, n in counts.items()}, as_json=True)
        return
    for name, counter in counts.items():
        rows = ({name: value, "checks": number} for value, number in counter.items())
        write_list(name, rows, {name: 13, "checks": 0}, as_json=False)
        click.echo()
    write_item(document, as_json=False)


@checks.command()
@click.argument("check_id", type=click.UUID)
@yes_option
@json_option
def delete(check_id: UUID, is_confirmed: bool, as_json: bool) -> None:
    """Delete the check CHECK_ID with its photo."""
    user_id = managers().all_checks.owner(check_id)
    confirm(f"Delete the check {check_id} with its photo?", is_confirmed=is_confirmed)
    managers().all_checks.delete(check_id)
    document = {"id": check_id, "user_id": user_id}
    write_result(document, f"The check {check_id} is deleted.", as_json=as_json)


@checks.command()
@click.option("--version", help="The version of the model; default: the active one.")
@click.option("--limit", type=click.IntRange(min=1), help="Maximum number of checks.")
@json_option
def rescore(version: str | None, limit: int | None, as_json: bool) -> None:
    """Store the predictions of another model for existing checks, oldest first.

    The checks do not change. The command skips checks that already have a prediction of this
    version, so the next run continues a run that was stopped.
    """
    networks, predictions = managers().networks, managers().shadow_predictions
    network = networks.get(version) if version else networks.active()
    pending = islice(predictions.pending(network.version), limit)
    number = predictions.count_pending(network.version)
    changes: Counter[tuple[Status, Status]] = Counter()
    unread = 0
    label = f"Rescoring with {network.version}"
    with progress(pending, min(number, limit or number), label) as bar:
        for check_id in bar:
            try:
                changes[predictions.rescore(check_id, network)] += 1
            except PhotoUnavailableError:
                unread += 1
            except NotFoundError:
                continue
    document = {
        "model_version": network.version,
        "rescored": changes.total(),
        "unread": unread,
        "changes": _most_severe_first(changes),
    }
    write_result(document, _summary(document), as_json=as_json)
    if unread:
        managers().photos.require_storage()


def _most_severe_first(changes: Counter[tuple[Status, Status]]) -> list[dict[str, Any]]:
    """Return the numbers of changes to another status."""
    severity = list(Status)
    moved = [change for change in changes if change[0] != change[1]]
    moved.sort(key=lambda c: (-severity.index(c[0]), severity.index(c[1])))
    return [{"from": a, "to": b, "checks": changes[a, b]} for a, b in moved]


def _summary(document: dict[str, Any]) -> str:
    changed = sum(change["checks"] for change in document["changes"])
    lines = [f"{document['rescored']} checks rescored, {changed} with another status."]
    lines += ["  {from} -> {to}: {checks}".format(**change) for change in document["changes"]]
    if document["unread"]:
        lines.append(f"{document['unread']} photos could not be read; the next run tries again.")
    return "\n".join(lines)


def _details(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "created_at": check.created_at,
        "user_id": check.user_id,
        "status": check.status,
        "probability": check.probability,
        "interval": [check.interval_low, check.interval_high],
        "modality": check.modality,
        "quality_issues": check.quality["issues"],
        "model_version": check.model_version,
        "photo_state": check.photo_state,
        "photo_bytes": check.photo_size,
        "reviews": len(check.reviews),
        "reviewed_at": check.review and check.review.created_at,
    }
