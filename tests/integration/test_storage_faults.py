"""What comes back from the photo storage is compared with what was kept; what hangs is left."""

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from flask import Flask
from moto.server import ThreadedMotoServer
from sqlalchemy import update

from app import create_app
from cnn_model.data.synthetic import jpeg, skin_photo
from config import Settings
from constants import PhotoState
from db import unit_of_work
from models import Check
from services.photo_storage import (
    GuardedPhotoStorage,
    PhotoNotFoundError,
    S3PhotoStorage,
    StorageTimeoutError,
    StorageUnavailableError,
)
from services.photo_storage.s3 import QUICK
from tests.assertions import ok, photos_in, waiting_in
from tests.client import Client
from tests.command_line import done, flask
from tests.database import only
from tests.factories import make_user
from tests.s3_edge import HABITS, PAGE, Edge, edge_of, hang, trickle

PHOTO = jpeg(skin_photo())
KEY = uuid4().hex


@pytest.fixture(scope="module")
def edge() -> Iterator[Edge]:
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    with edge_of(f"http://{host}:{port}") as edge:
        yield edge
    server.stop()


@pytest.fixture
def s3(edge: Edge) -> Iterator[S3PhotoStorage]:
    bucket = f"photos-{uuid4().hex}"
    boto3.client("s3", region_name="us-east-1", endpoint_url=edge.url).create_bucket(Bucket=bucket)
    edge.calls = 0
    yield S3PhotoStorage(bucket, "us-east-1", edge.url, QUICK)
    edge.habit = None


@pytest.fixture
def service(app: Flask, settings: Settings, s3: S3PhotoStorage, edge: Edge) -> Flask:
    """A service that keeps its photos behind the edge."""
    return create_app(replace(settings, s3_bucket=s3.bucket, s3_endpoint_url=edge.url))


@pytest.fixture
def service_user(service: Flask) -> Client:
    return Client(service, make_user())


@pytest.mark.parametrize("habit", HABITS)
def test_an_odd_answer_is_a_failure_of_the_storage(
    s3: S3PhotoStorage, edge: Edge, habit: str
) -> None:
    s3.put(KEY, b"photo")
    edge.habit = HABITS[habit]
    with pytest.raises(StorageUnavailableError):
        s3.put(KEY, b"another photo")
    if habit != "nothing with 204":
        with pytest.raises(StorageUnavailableError):
            s3.delete(KEY)
    try:
        content = s3.get(KEY)
    except StorageUnavailableError:
        return
    # What nothing in the answer tells, the digest will.
    assert content in (PAGE, b"")


@pytest.mark.parametrize("habit", HABITS)
def test_no_odd_answer_loses_a_photo_or_is_served(
    service: Flask, service_user: Client, settings: Settings, edge: Edge, habit: str
) -> None:
    stored = ok(service_user.upload(PHOTO))
    photo = service_user.get(stored["photo_url"]).data
    edge.habit = HABITS[habit]
    for address in (stored["photo_url"], stored["heatmap_url"]):
        answer = service_user.get(address)
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["type"].endswith("photo-unavailable")
    waiting = ok(service_user.upload(PHOTO))
    assert len(waiting_in(settings)) == 1
    assert service_user.get(waiting["photo_url"]).data == photo
    edge.habit = None
    service.extensions["managers"].photos.sweep()
    assert waiting_in(settings) == []
    assert (
        service_user.get(waiting["photo_url"]).data
        == service_user.get(stored["photo_url"]).data
        == photo
    )


@pytest.mark.parametrize("habit", [hang, trickle], ids=["silent", "trickling"])
def test_what_hangs_is_asked_once(s3: S3PhotoStorage, edge: Edge, habit: object) -> None:
    guarded = GuardedPhotoStorage(s3, deadline=0.5, rest=60)
    # Without the guard, because boto3 takes its time with the first call.
    s3.put(KEY, b"photo")
    edge.calls, edge.habit = 0, habit  # type: ignore[assignment]
    with pytest.raises(StorageTimeoutError):
        guarded.get(KEY)
    for call in (lambda: guarded.put(KEY, b"x"), lambda: guarded.delete(KEY), guarded.probe):
        with pytest.raises(StorageUnavailableError):
            call()
    assert edge.calls == 1


def test_it_is_tried_again_after_a_rest(s3: S3PhotoStorage, edge: Edge) -> None:
    guarded = GuardedPhotoStorage(s3, deadline=2, rest=0.0)
    edge.habit = hang
    with pytest.raises(StorageTimeoutError):
        guarded.probe()
    edge.habit = None
    guarded.put(KEY, b"photo")
    assert guarded.get(KEY) == b"photo"


def test_a_photo_that_is_not_there_is_no_reason_to_rest(s3: S3PhotoStorage, edge: Edge) -> None:
    guarded = GuardedPhotoStorage(s3)
    for _ in range(2):
        with pytest.raises(PhotoNotFoundError):
            guarded.get(uuid4().hex)
    assert edge.calls == 2


def test_a_silent_storage_does_not_hold_the_service(
    service: Flask, service_user: Client, settings: Settings, edge: Edge
) -> None:
    stored = ok(service_user.upload(PHOTO))
    edge.calls, edge.habit = 0, hang
    for _ in range(3):
        ok(service_user.upload(PHOTO))
    assert service_user.get(stored["photo_url"]).status_code == 503
    assert Client(service).http.get("/health/live").status_code == 200
    assert edge.calls == 1
    assert len(waiting_in(settings)) == 3
    edge.habit = None
    service.extensions["managers"].photos.sweep()
    assert waiting_in(settings) == []


DAMAGES = {
    "emptied": lambda content: b"",
    "cut": lambda content: content[:-500],
    "replaced": lambda content: PAGE,
    "another photo": lambda content: jpeg(skin_photo(seed=9)),
    "one bit": lambda content: content[:900] + bytes([content[900] ^ 1]) + content[901:],
}


# Nothing is known of a photo from before digests but that it must be a whole JPEG.
TOLD_WITHOUT_DIGEST = ("emptied", "cut", "replaced")


@pytest.mark.parametrize(
    ("damage", "is_old"),
    [*((name, False) for name in DAMAGES), *((name, True) for name in TOLD_WITHOUT_DIGEST)],
)
def test_a_damaged_file_is_never_served(
    user: Client, settings: Settings, damage: str, is_old: bool, caplog: pytest.LogCaptureFixture
) -> None:
    check = ok(user.upload(PHOTO))
    if is_old:
        forget_digests()
    [file] = photos_in(settings)
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    with caplog.at_level(logging.ERROR):
        assert user.get(check["photo_url"]).status_code == 503
    [record] = [r for r in caplog.records if r.name == "managers.photo"]
    assert record.__dict__["check_id"] == check["id"]
    assert only(Check).photo_key not in str(record.__dict__)
    assert user.get(check["heatmap_url"]).status_code == 503


def forget_digests() -> None:
    with unit_of_work() as session:
        session.execute(update(Check).values(photo_size=None, photo_sha256=None))
        session.commit()


def test_a_copy_that_still_waits_stands_in(user: Client, settings: Settings) -> None:
    check = ok(user.upload(PHOTO))
    [file] = photos_in(settings)
    right = file.read_bytes()
    settings.temp_dir.mkdir(exist_ok=True)
    (settings.temp_dir / f"{only(Check).photo_key}.jpg").write_bytes(right)
    file.write_bytes(PAGE)
    assert user.get(check["photo_url"]).data == right


def test_a_waiting_copy_that_is_damaged_is_not_pushed(
    app: Flask, user: Client, settings: Settings
) -> None:
    ok(user.upload(PHOTO))
    [file] = photos_in(settings)
    with unit_of_work() as session:
        session.execute(update(Check).values(photo_state=PhotoState.WAITING))
        session.commit()
    settings.temp_dir.mkdir(exist_ok=True)
    copy = settings.temp_dir / f"{only(Check).photo_key}.jpg"
    copy.write_bytes(b"")
    before = file.read_bytes()
    app.extensions["managers"].photos.sweep()
    assert file.read_bytes() == before
    assert only(Check).photo_state is PhotoState.WAITING


def test_verify_finds_what_is_missing_or_damaged(
    app: Flask, user: Client, settings: Settings
) -> None:
    checks = [ok(user.upload(PHOTO)) for _ in range(4)]
    forget_digests()
    assert "4 of 4 photos are as they were kept" in done(app, "photos", "verify")
    with unit_of_work() as session:
        assert all(check.photo_size and check.photo_sha256 for check in session.query(Check))
        by_key = {check.photo_key: str(check.id) for check in session.query(Check)}
    files: list[Path] = photos_in(settings)
    files[0].unlink()
    files[1].write_bytes(PAGE)
    result = flask(app, "photos", "verify")
    assert result.exit_code == 1
    assert "2 of 4" in result.output
    for file in files[:2]:
        assert by_key[file.stem] in result.output
        assert file.stem not in result.output
    assert len(checks) == 4
