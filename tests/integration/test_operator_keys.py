"""`flask keys`: tokens stay valid while keys change, and no secret is shown."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from config import Settings
from services.signing_keys import rotate_signing_key, signing_keys
from tests.client import Client
from tests.command_line import document, done, flask
from tests.factories import make_user
from tests.keys import KEY, KEY_ID
from utils.setting_values import keys


@pytest.fixture
def restart(app: Flask, settings: Settings, tmp_path: Path) -> Callable[[], Flask]:
    """Starts one more process of a service that keeps its key in a folder."""
    return lambda: create_app(replace(settings, jwt_keys={}, data_dir=tmp_path))


def status_of(service: Flask, client: Client) -> int:
    answer = service.test_client().get("/api/v1/user", headers=client.headers)
    return answer.status_code


def test_tokens_outlive_a_rotation(restart: Callable[[], Flask], tmp_path: Path) -> None:
    service = restart()
    with service.app_context():
        client = Client(service, make_user())
    before = signing_keys(tmp_path)
    listed = document(service, "keys", "rotate")["keys"]
    assert [key["signs"] for key in listed] == [True, False]
    restarted = restart()
    assert status_of(restarted, client) == 200
    with restarted.app_context():
        newer = Client(restarted, make_user())
    assert status_of(restarted, newer) == 200
    assert status_of(service, newer) == 401
    after = signing_keys(tmp_path)
    assert list(after.values())[1:] == list(before.values())
    assert len(set(after.values())) == 2


def test_the_next_rotation_forgets_the_oldest(restart: Callable[[], Flask], tmp_path: Path) -> None:
    (oldest,) = signing_keys(tmp_path).values()
    for _ in range(3):
        done(restart(), "keys", "rotate")
        assert len(signing_keys(tmp_path)) == 2
    assert oldest not in signing_keys(tmp_path).values()


def test_a_key_that_leaked_is_forgotten_at_once(
    restart: Callable[[], Flask], tmp_path: Path
) -> None:
    service = restart()
    with service.app_context():
        client = Client(service, make_user())
    assert len(document(service, "keys", "rotate", "--forget-old")["keys"]) == 1
    assert status_of(restart(), client) == 401


def test_the_file_stays_private(tmp_path: Path) -> None:
    signing_keys(tmp_path)
    rotate_signing_key(tmp_path, kept=1)
    assert (tmp_path / "jwt_key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["jwt_key"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_file_keeps_its_owner(tmp_path: Path) -> None:
    signing_keys(tmp_path)
    os.chown(tmp_path / "jwt_key", 12345, 12345)
    rotate_signing_key(tmp_path, kept=1)
    assert (tmp_path / "jwt_key").stat().st_uid == 12345


def test_keys_in_the_settings_are_not_rotated(app: Flask) -> None:
    result = flask(app, "keys", "rotate")
    assert result.exit_code == 1
    assert "JWT_KEYS" in result.stderr
    assert document(app, "keys", "list") == {
        "keys": [{"id": KEY_ID, "signs": True, "source": "JWT_KEYS"}]
    }


def test_no_secret_is_listed(app: Flask, restart: Callable[[], Flask], tmp_path: Path) -> None:
    service = restart()
    shown = done(app, "keys", "list") + done(service, "keys", "rotate")
    shown += done(service, "keys", "list") + str(document(service, "keys", "list"))
    assert not any(secret in shown for secret in (KEY, *signing_keys(tmp_path).values()))


def test_a_new_key_is_one_for_the_setting(app: Flask) -> None:
    pairs = [flask(app, "keys", "generate").stdout.strip() for _ in range(2)]
    assert len(keys(",".join(pairs))) == 2
    made = document(app, "keys", "generate")
    assert keys(f"{made['id']}:{made['secret']}")
