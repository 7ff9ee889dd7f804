"""One contract for every photo storage: a local folder, and S3 over HTTP."""

import stat
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from config import read_settings
from services.photo_storage import (
    GuardedPhotoStorage,
    LocalPhotoStorage,
    PhotoNotFoundError,
    PhotoStorage,
    S3PhotoStorage,
    StorageUnavailableError,
    patient_photo_storage,
    photo_storage,
)

KEY = uuid4().hex


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> S3PhotoStorage:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    bucket = f"photos-{uuid4().hex}"
    boto3.client("s3", region_name="us-east-1", endpoint_url=s3_url).create_bucket(Bucket=bucket)
    return S3PhotoStorage(bucket, "us-east-1", s3_url)


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> PhotoStorage:
    if request.param == "local":
        return LocalPhotoStorage(tmp_path / "photos")
    s3: S3PhotoStorage = request.getfixturevalue("s3")
    return s3


def test_gives_back_what_it_got(storage: PhotoStorage) -> None:
    storage.put(KEY, b"photo")
    assert storage.get(KEY) == b"photo"


def test_replaces_a_photo(storage: PhotoStorage) -> None:
    storage.put(KEY, b"first")
    storage.put(KEY, b"second")
    assert storage.get(KEY) == b"second"


def test_misses_what_is_not_there(storage: PhotoStorage) -> None:
    with pytest.raises(PhotoNotFoundError):
        storage.get(KEY)


def test_deletes(storage: PhotoStorage) -> None:
    storage.put(KEY, b"photo")
    storage.delete(KEY)
    storage.delete(KEY)
    with pytest.raises(PhotoNotFoundError):
        storage.get(KEY)


def test_probes(storage: PhotoStorage) -> None:
    storage.probe()


def test_a_local_photo_is_for_the_service_alone(tmp_path: Path) -> None:
    LocalPhotoStorage(tmp_path / "photos").put(KEY, b"photo")
    for path in (tmp_path / "photos").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_local_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    broken = LocalPhotoStorage(tmp_path / "file" / "photos")
    for call in (lambda: broken.put(KEY, b""), broken.probe):
        with pytest.raises(StorageUnavailableError):
            call()


def test_s3_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    away = S3PhotoStorage("photos", "us-east-1", "http://127.0.0.1:9")
    for call in (
        lambda: away.put(KEY, b""),
        lambda: away.get(KEY),
        lambda: away.delete(KEY),
        away.probe,
    ):
        with pytest.raises(StorageUnavailableError) as caught:
            call()
        assert "127.0.0.1" not in str(caught.value)


def test_s3_without_the_bucket(s3: S3PhotoStorage, s3_url: str) -> None:
    missing = S3PhotoStorage("no-such-bucket", "us-east-1", s3_url)
    for call in (lambda: missing.put(KEY, b""), lambda: missing.get(KEY), missing.probe):
        with pytest.raises(StorageUnavailableError):
            call()


def test_the_settings_choose(tmp_path: Path) -> None:
    local = read_settings({"DATA_DIR": str(tmp_path), "S3_BUCKET": ""})
    assert isinstance(photo_storage(local), LocalPhotoStorage)
    bucket = read_settings({"DATA_DIR": str(tmp_path), "S3_BUCKET": "photos"})
    assert isinstance(photo_storage(bucket), GuardedPhotoStorage)
    assert isinstance(patient_photo_storage(bucket), S3PhotoStorage)
