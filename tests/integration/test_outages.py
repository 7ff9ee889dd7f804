"""The photo storage is down, or the process dies on the way: nothing is lost or left behind."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, insert
from sqlalchemy.exc import OperationalError

from cnn_model.data.synthetic import jpeg, skin_photo
from config import Settings
from constants import PhotoState
from db import db, unit_of_work
from managers import photo as photo_module
from managers.check import CheckManager
from models import Check, PhotoDeletion
from services.photo_storage import LocalPhotoStorage, StorageUnavailableError
from tests.assertions import ok, photos_in, waiting_in
from tests.client import Client
from tests.database import count, only
from utils import clock

PHOTO = jpeg(skin_photo())


def fail(*_: object) -> None:
    raise StorageUnavailableError("down")


def test_an_upload_is_answered_and_the_photo_waits(
    app: Flask, user: Client, settings: Settings, outage: pytest.MonkeyPatch
) -> None:
    check = ok(user.upload(PHOTO))
    assert only(Check).photo_state is PhotoState.WAITING
    photo = user.get(check["photo_url"])
    assert photo.status_code == 200
    outage.undo()
    app.extensions["managers"].photos.sweep()
    assert only(Check).photo_state is PhotoState.STORED
    assert waiting_in(settings) == []
    assert user.get(check["photo_url"]).data == photo.data


def test_a_deletion_is_finished_later(
    app: Flask, user: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = ok(user.upload(PHOTO))

    with monkeypatch.context() as patch:
        patch.setattr(LocalPhotoStorage, "delete", fail)
        assert user.delete(f"/user/checks/{check['id']}/delete").status_code == 204
    assert len(photos_in(settings)) == count(PhotoDeletion) == 1
    app.extensions["managers"].photos.sweep()
    assert photos_in(settings) == []
    assert count(PhotoDeletion) == 0


def test_erasing_a_person_leaves_no_waiting_photo(
    app: Flask, user: Client, settings: Settings, outage: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        ok(user.upload(PHOTO))
    assert user.delete("/user/delete").status_code == 204
    assert waiting_in(settings) == []
    outage.undo()
    app.extensions["managers"].photos.sweep()
    assert count(PhotoDeletion) == 0


def test_a_stored_photo_is_missed_with_a_sentence(
    user: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = ok(user.upload(PHOTO))

    monkeypatch.setattr(LocalPhotoStorage, "get", fail)
    answer = user.get(check["photo_url"])
    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"


def test_what_a_crash_left_is_removed_in_time(
    app: Flask, user: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died between the storage and the commit."""

    def die(self: CheckManager, check: Check) -> Check:
        raise OperationalError("commit", {}, Exception("connection lost"))

    photos = app.extensions["managers"].photos
    with monkeypatch.context() as patch:
        patch.setattr(CheckManager, "_insert", die)
        assert user.upload(PHOTO).status_code == 500
    with unit_of_work():
        assert len(photos_in(settings)) == len(waiting_in(settings)) == 1
    photos.sweep()
    assert len(photos_in(settings)) == 1
    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(photo_module, "now", lambda: later)
    photos.sweep()
    assert photos_in(settings) == waiting_in(settings) == []


def test_a_committed_check_keeps_its_photo(
    app: Flask, user: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died between the commit and the clean-up."""
    check = ok(user.upload(PHOTO))
    key = only(Check).photo_key
    settings.temp_dir.mkdir(exist_ok=True)
    (settings.temp_dir / f"{key}.jpg").write_bytes(PHOTO)
    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(photo_module, "now", lambda: later)
    app.extensions["managers"].photos.sweep()
    assert waiting_in(settings) == []
    assert user.get(check["photo_url"]).status_code == 200


def test_a_check_and_its_owner_may_be_deleted_at_once(app: Flask, user: Client) -> None:
    """The deletion of the check has not committed when that of the person begins."""
    ok(user.upload(PHOTO))
    check = only(Check)
    with db.engine.connect() as connection:
        connection.execute(insert(PhotoDeletion).values(photo_key=check.photo_key))
        connection.execute(delete(Check).where(Check.id == check.id))
        statuses: list[int] = []
        eraser = threading.Thread(
            target=lambda: statuses.append(user.delete("/user/delete").status_code)
        )
        eraser.start()
        eraser.join(0.5)
        connection.commit()
        eraser.join()
    assert statuses == [204]
    assert count(Check) == 0
