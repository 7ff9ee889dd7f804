"""What operators see of checks and photos, and what they do to them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask

from cnn_model.data.synthetic import jpeg, skin_photo
from config import Settings
from constants import PhotoState, Status
from models import Check, PhotoDeletion
from tests.assertions import ok, photos_in, waiting_in
from tests.client import Client
from tests.command_line import document, done, flask
from tests.database import count, only
from tests.factories import make_check, make_user
from utils.clock import now

PHOTO = jpeg(skin_photo())
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def owner(app: Flask) -> UUID:
    """The owner of a check of each status on three days, and somebody else of one more."""
    owner, other = make_user(email="owner@example.com"), make_user()
    for days, status in enumerate(Status):
        made = NOON + timedelta(days=days)
        make_check(user_id=owner.id, status=status, created_at=made, model_version=f"{days % 2}")
    make_check(user_id=other.id, status=Status.BENIGN, created_at=NOON)
    return owner.id


@pytest.mark.parametrize(
    ("options", "statuses"),
    [
        ([], ["malignant", "unclear", "benign", "benign"]),
        (["--user", "owner@example.com"], ["malignant", "unclear", "benign"]),
        (["--user", " Owner@EXAMPLE.com", "--status", "unclear"], ["unclear"]),
        (["--from", "2026-03-05", "--to", "2026-03-06"], ["unclear"]),
        (["--from", "2026-03-06T12:00:00Z"], ["malignant"]),
        (["--to", "2026-03-06T14:00:00+02:00", "--status", "malignant"], []),
    ],
)
def test_lists_the_checks_that_are_wanted(
    app: Flask, owner: UUID, options: list[str], statuses: list[str]
) -> None:
    listed = document(app, "checks", "list", *options)["checks"]
    assert [check["status"] for check in listed] == statuses
    assert len(done(app, "checks", "list", *options).splitlines()) == len(statuses) + 1


def test_counts_by_status_version_and_day(app: Flask, owner: UUID) -> None:
    assert document(app, "checks", "stats") == {
        "checks": 4,
        "by_status": {"benign": 2, "unclear": 1, "malignant": 1},
        "by_model_version": {"0": 3, "1": 1},
        "by_day": {"2026-03-04": 2, "2026-03-05": 1, "2026-03-06": 1},
    }
    assert document(app, "checks", "stats", "--from", "2026-03-06")["checks"] == 1
    assert "2026-03-04     2" in done(app, "checks", "stats")


def test_shows_a_check_without_what_is_medical_and_not_needed(app: Flask, user: Client) -> None:
    context = {"age": 61, "sex": "male", "body_site": "scalp"}
    check = ok(user.upload(PHOTO, context=context))
    shown = document(app, "checks", "show", check["id"])
    assert shown["status"] == check["status"]
    assert shown["photo_state"] == "stored"
    assert shown["reviews"] == 0
    output = str(shown) + done(app, "checks", "show", check["id"])
    private = (only(Check).photo_key, "scalp", "male", "melanoma", "mask")
    assert not any(text in output for text in private)


def test_deletes_the_check_of_anybody_with_its_photo(
    app: Flask, user: Client, settings: Settings
) -> None:
    first, second = (ok(user.upload(PHOTO))["id"] for _ in range(2))
    done(app, "checks", "delete", first, "--yes")
    assert str(only(Check).id) == second
    assert len(photos_in(settings)) == 1
    assert count(PhotoDeletion) == 0


def test_photos_that_wait_are_listed_and_pushed(
    app: Flask, user: Client, settings: Settings, outage: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        ok(user.upload(PHOTO))
    assert flask(app, "photos", "sweep", "--json").exit_code == 4
    [first, _] = document(app, "photos", "waiting")["photos"]
    assert set(first) == {"check_id", "created_at", "age_seconds", "bytes", "is_here"}
    assert first["is_here"] is True
    assert 0 <= first["age_seconds"] < 60
    assert document(app, "photos", "stats")["waiting"] == 2
    outage.undo()
    swept = document(app, "photos", "sweep")
    assert swept == {"pushed": 2, "deleted": 0, "waiting": 0, "waiting_deletions": 0}
    assert document(app, "photos", "waiting") == {"photos": []}
    assert waiting_in(settings) == []


def test_a_sweep_finishes_all_deletions(
    app: Flask, user: Client, settings: Settings, outage: pytest.MonkeyPatch
) -> None:
    check = ok(user.upload(PHOTO))
    done(app, "checks", "delete", check["id"], "--yes")
    statistics = document(app, "photos", "stats")
    assert statistics["waiting_deletions"] == 1
    assert statistics["oldest_deletion"] <= now().isoformat().replace("+00:00", "Z")
    outage.undo()
    assert document(app, "photos", "sweep")["deleted"] == 1
    assert photos_in(settings) == []


def test_a_photo_on_another_machine_is_no_outage(app: Flask, owner: UUID) -> None:
    make_check(user_id=owner, photo_state=PhotoState.WAITING)
    assert document(app, "photos", "sweep")["waiting"] == 1
    [waiting] = document(app, "photos", "waiting")["photos"]
    assert waiting["is_here"] is False


def test_counts_the_bytes(app: Flask, user: Client, settings: Settings) -> None:
    empty = document(app, "photos", "stats")
    assert empty["bytes"] == empty["stored"] == 0
    ok(user.upload(PHOTO))
    [file] = photos_in(settings)
    statistics = document(app, "photos", "stats")
    assert statistics["bytes"] == file.stat().st_size
    assert (statistics["stored"], statistics["without_digest"]) == (1, 0)
