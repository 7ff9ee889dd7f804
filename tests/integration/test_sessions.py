"""The logins of a person, seen and ended one by one."""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from constants import API_PREFIX
from managers.session import MAX_SESSIONS
from models import LoginSession
from tests.client import Client
from tests.command_line import done
from tests.database import count
from tests.factories import PASSWORD, make_user


def log_in(http: FlaskClient, email: str, device: str = "curl/8") -> dict[str, Any]:
    body = {"email": email, "password": PASSWORD}
    answer = http.post(f"{API_PREFIX}/login", json=body, headers={"User-Agent": device})
    assert answer.status_code == 201
    return dict(answer.json or {})


def sessions_of(user: Client) -> list[dict[str, Any]]:
    answer = user.get("/user/sessions")
    assert answer.status_code == 200
    return list((answer.json or {})["sessions"])


def test_are_listed_with_the_last_used_first(http: FlaskClient, user: Client) -> None:
    assert user.user
    log_in(http, user.user.email, "a phone")
    phone, this = sessions_of(user)
    assert set(this) == {"id", "device", "created_at", "last_used_at", "expires_at", "current"}
    assert (phone["device"], phone["current"]) == ("a phone", False)
    assert (this["device"], this["current"]) == (None, True)
    assert phone["created_at"] == phone["last_used_at"] < phone["expires_at"]


def test_one_is_ended_and_the_others_go_on(http: FlaskClient, user: Client) -> None:
    assert user.user
    other = log_in(http, user.user.email)
    ended = next(item["id"] for item in sessions_of(user) if not item["current"])
    assert user.delete(f"/user/sessions/{ended}").status_code == 204
    headers = {"Authorization": f"Bearer {other['token']}"}
    assert http.get(f"{API_PREFIX}/user", headers=headers).status_code == 401
    refresh = {"refresh_token": other["refresh_token"]}
    assert http.post(f"{API_PREFIX}/token/refresh", json=refresh).status_code == 401
    assert len(sessions_of(user)) == 1
    assert user.delete(f"/user/sessions/{ended}").status_code == 404


def test_those_of_others_cannot_be_seen_or_ended(user: Client, other_user: Client) -> None:
    (foreign,) = sessions_of(other_user)
    assert foreign["id"] not in {item["id"] for item in sessions_of(user)}
    for session_id in (foreign["id"], str(uuid4())):
        assert user.delete(f"/user/sessions/{session_id}").status_code == 404
    assert len(sessions_of(other_user)) == 1


def test_the_device_is_short_and_printable(http: FlaskClient, user: Client) -> None:
    assert user.user
    log_in(http, user.user.email, "\x1b[31mé" + "x" * 500)
    (device,) = {item["device"] for item in sessions_of(user) if not item["current"]}
    assert device.startswith("[31m")
    assert len(device) == 200


def test_a_new_password_ends_the_others(http: FlaskClient, user: Client) -> None:
    assert user.user
    log_in(http, user.user.email)
    body = {"old_password": PASSWORD, "new_password": "four entirely other words"}
    assert user.post("/user/change-password", body).status_code == 200
    assert count(LoginSession) == 1


def test_a_new_role_ends_them_all(app: Flask, user: Client) -> None:
    assert user.user
    done(app, "users", "set-role", user.user.email, "doctor")
    assert user.get("/user").status_code == 401


def test_the_least_used_ends_when_there_are_too_many(app: Flask, http: FlaskClient) -> None:
    user = make_user()
    first = log_in(http, user.email)
    for _ in range(MAX_SESSIONS):
        Client(app, user)
    assert count(LoginSession) == MAX_SESSIONS
    headers = {"Authorization": f"Bearer {first['token']}"}
    assert http.get(f"{API_PREFIX}/user", headers=headers).status_code == 401


@pytest.mark.parametrize("session_id", ["x", "1", "%00"])
def test_what_is_no_id_is_not_found(user: Client, session_id: str) -> None:
    assert user.delete(f"/user/sessions/{session_id}").status_code == 404
