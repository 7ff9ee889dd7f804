"""What load balancers ask."""

import json
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from cnn_model.data.synthetic import jpeg, skin_photo
from cnn_model.serving.outline import OutlineUnavailableError
from config import PROJECT, Settings
from constants import API_PREFIX
from services.photo_storage import LocalPhotoStorage, StorageUnavailableError
from tests.client import Client


def test_is_alive_and_returns_the_version_of_the_service(http: FlaskClient) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert http.get("/health/live").json == {
        "status": "ok",
        "version": project["version"],
        "reasons": {},
    }


def test_is_ready(http: FlaskClient) -> None:
    answer = http.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "checks": {"database": True, "storage": True, "network": True},
        "reasons": {},
    }


def test_is_not_ready_without_the_storage(
    http: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise StorageUnavailableError("down")

    monkeypatch.setattr(LocalPhotoStorage, "probe", fail)
    answer = http.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"] == {"database": True, "storage": False, "network": True}
    assert answer.headers["Retry-After"] == "5"


def test_is_not_ready_without_the_database(settings: Settings) -> None:
    away = create_app(replace(settings, database_url="postgresql+psycopg2://u@127.0.0.1:9/x"))
    http = away.test_client()
    assert http.get("/health/live").status_code == 200
    assert http.get("/health/ready").status_code == 503
    login = http.post(
        f"{API_PREFIX}/login", json={"email": "a@example.com", "password": "four random words"}
    )
    assert login.status_code == 503
    assert login.json is not None
    assert login.json["type"] == "/problems/database-unavailable"


def missing(_: Path) -> None:
    pass


def changed(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def of_another_network(file: Path) -> None:
    """The description fits the file, but its known answer is another one."""
    description = file.with_suffix(".json")
    values = json.loads(description.read_text())
    values["reference"] = [value + 1 for value in values["reference"]]
    description.write_text(json.dumps(values))


@pytest.mark.parametrize("spoil", [missing, changed, of_another_network])
def test_is_not_ready_without_the_right_network(
    app: Flask, settings: Settings, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    file = tmp_path / "network.tflite"
    if spoil is not missing:
        shutil.copy(settings.network_file, file)
        shutil.copy(settings.network_file.with_suffix(".json"), file.with_suffix(".json"))
        spoil(file)
    other = create_app(replace(settings, network_file=file))
    with other.app_context():
        from tests.factories import make_user

        user = Client(other, make_user())
        ready = other.test_client().get("/health/ready")
        assert ready.status_code == 503
        assert ready.json is not None
        assert ready.json["checks"] == {"database": True, "storage": True, "network": False}
        upload = user.upload(jpeg(skin_photo()))
        assert upload.status_code == 503
        assert upload.json is not None
        assert upload.json["type"] == "/problems/assessment-unavailable"
        assert str(tmp_path) not in upload.text
        assert user.get("/user/checks").json == {"checks": [], "next_cursor": None}


def test_is_not_ready_without_the_outline_network(
    user: Client, http: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every upload needs it."""

    def missing_network() -> None:
        raise OutlineUnavailableError("lesion_outline.tflite cannot be read as a network.")

    monkeypatch.setattr("cnn_model.model_run.bundled_outline_network", missing_network)
    ready = http.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json is not None
    assert ready.json["checks"] == {"database": True, "storage": True, "network": False}
    upload = user.upload(jpeg(skin_photo()))
    assert upload.status_code == 503
    assert upload.json is not None
    assert upload.json["type"] == "/problems/assessment-unavailable"


def test_is_not_alive_without_its_embedded_database(
    app: Flask, http: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the service can start it again, so the service is not well."""

    class Postgres:
        def answers(self) -> bool:
            return False

    monkeypatch.setattr(app.extensions["managers"].health, "_postgres", Postgres())
    answer = http.get("/health/live")
    assert answer.status_code == 503
    assert answer.json is not None
    assert list(answer.json["reasons"]) == ["database"]
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("total", "free", "status"), [(1000, 99, 503), (1000, 101, 201), (80, 19, 503), (80, 21, 201)]
)
def test_uploads_leave_space_on_the_disk(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, total: int, free: int, status: int
) -> None:
    """A hundred megabytes here, and a quarter of a small disk."""
    usage = SimpleNamespace(total=total * 2**20, free=free * 2**20)
    service = create_app(replace(settings, min_free_disk_mb=100))
    with service.app_context():
        from tests.factories import make_user

        user = Client(service, make_user())
        monkeypatch.setattr("services.disk_space.shutil.disk_usage", lambda _: usage)
        answer = user.upload(jpeg(skin_photo()))
        assert answer.status_code == status
        if status == 503:
            assert answer.headers["Retry-After"] == "30"
            assert answer.json is not None
            assert answer.json["type"] == "/problems/assessment-unavailable"
        assert user.get("/user/checks").status_code == 200
