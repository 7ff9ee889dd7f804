"""`flask photos`: finish interrupted work, and find damaged photos."""

from collections import Counter

import click

from commands.base import ExitCode, OperatorGroup, managers
from commands.output import json_option, progress, write_item, write_list, write_result

photos = OperatorGroup("photos", help="Look after the photo storage.")

WAITING_COLUMNS = {
    "check_id": 36,
    "created_at": 20,
    "age_seconds": 11,
    "bytes": 8,
    "is_here": 7,
}


@photos.command()
@json_option
def sweep(as_json: bool) -> None:
    """Push waiting photos, finish deletions and remove orphans. The server also does this."""
    before = managers().all_photos.statistics()
    number = before["waiting"] + before["waiting_deletions"]
    with progress(managers().photos.sweep_all(), number, "Sweeping") as bar:
        done = Counter(bar)
    after = managers().all_photos.statistics()
    document = {
        "pushed": done["pushed"],
        "deleted": done["deleted"],
        "waiting": after["waiting"],
        "waiting_deletions": after["waiting_deletions"],
    }
    message = "Done. Pushed: {pushed}; deleted: {deleted}; still waiting: {waiting}."
    write_result(document, message.format(**document), as_json=as_json)


@photos.command()
@json_option
def verify(as_json: bool) -> None:
    """Compare every stored photo with its length and digest.

    Exit with status 1 if a photo is missing or damaged. Record length and digest of photos from
    before these were recorded.
    """
    manager = managers().all_photos
    number, bad = 0, []
    with progress(manager.verify(), manager.count(), "Verifying photos") as bar:
        for check_id, is_right in bar:
            number += 1
            if not is_right:
                bad.append(check_id)
    lines = [f"{number - len(bad)} of {number} photos are as they were kept."]
    lines += [f"  missing or damaged: check {check_id}" for check_id in bad]
    write_result({"photos": number, "damaged": bad}, "\n".join(lines), as_json=as_json)
    if bad:
        raise click.exceptions.Exit(ExitCode.BAD)


@photos.command()
@json_option
def waiting(as_json: bool) -> None:
    """List the photos that wait for the photo storage, oldest first."""
    write_list("photos", managers().all_photos.waiting(), WAITING_COLUMNS, as_json=as_json)


@photos.command()
@json_option
def stats(as_json: bool) -> None:
    """Show the number of photos, their bytes, and what waits for the photo storage."""
    write_item(managers().all_photos.statistics(), as_json=as_json)
