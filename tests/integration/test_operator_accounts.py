"""What operators do to accounts and sessions."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert

from cnn_model.data.synthetic import jpeg, skin_photo
from config import Settings
from constants import Role
from db import unit_of_work
from managers.page import STREAM_BATCH
from models import Check, LoginSession, User
from tests.assertions import ok, photos_in
from tests.client import Client
from tests.command_line import document, done, flask
from tests.database import count, only
from tests.factories import PASSWORD, make_check
from utils.clock import now
from utils.logs import LineHandler

PHOTO = jpeg(skin_photo())


@pytest.fixture
def email(user: Client) -> str:
    assert user.user
    return user.user.email


@contextmanager
def logged() -> Iterator[None]:
    """Log as in production."""
    handler = LineHandler(as_json=True)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


def test_a_long_list_is_complete_and_newest_first(app: Flask) -> None:
    number = 2 * STREAM_BATCH + 1
    start = now()
    people = [
        {
            "email": f"person{index}@example.com",
            "password_hash": "",
            "role": Role.DOCTOR if index % 2 else Role.USER,
            "created_at": start + timedelta(seconds=index),
        }
        for index in range(number)
    ]
    with unit_of_work() as session:
        session.execute(insert(User), people)
        session.commit()
    listed = document(app, "users", "list")["users"]
    assert [user["email"] for user in listed] == [user["email"] for user in reversed(people)]
    assert len(done(app, "users", "list").splitlines()) == number + 1
    doctors = document(app, "users", "list", "--role", "doctor")["users"]
    assert {user["role"] for user in doctors} == {"doctor"}
    assert len(doctors) == number // 2


def test_no_secret_of_an_account_is_shown(app: Flask, user: Client, email: str) -> None:
    commands = (["users", "list"], ["users", "show", email], ["sessions", "list", email])
    shown = "".join(
        flask(app, *words, *form).output for words in commands for form in ([], ["--json"])
    )
    login = only(LoginSession)
    secrets = (
        only(User).password_hash,
        login.selector.hex,
        str(login.selector),
        login.token_hash.hex(),
    )
    assert not any(secret in shown for secret in secrets)
    assert set(document(app, "users", "list")["users"][0]) == {"id", "created_at", "role", "email"}


def test_shows_what_an_account_has(app: Flask, user: Client, email: str) -> None:
    assert user.user
    make_check(user_id=user.user.id)
    shown = document(app, "users", "show", email)
    assert shown["id"] == str(user.user.id)
    assert (shown["checks"], shown["sessions"], shown["role"]) == (1, 1, "user")
    assert "checks:     1" in done(app, "users", "show", email)


def test_an_administrator_has_no_session_yet(app: Flask) -> None:
    arguments = ("--email", "admin@example.com", "--password", PASSWORD)
    assert document(app, "users", "create-admin", *arguments)["role"] == "admin"
    assert only(User).role is Role.ADMIN
    assert count(LoginSession) == 0


def test_a_deleted_account_leaves_nothing(
    app: Flask, user: Client, email: str, settings: Settings
) -> None:
    for _ in range(2):
        ok(user.upload(PHOTO))
    assert len(photos_in(settings)) == 2
    assert document(app, "users", "delete", email, "--yes")["checks"] == 2
    assert photos_in(settings) == []
    assert count(User) == count(Check) == count(LoginSession) == 0
    assert user.get("/user").status_code == 401


def test_a_new_password_ends_the_sessions_and_keeps_to_the_rules(
    app: Flask, user: Client, email: str
) -> None:
    weak = flask(app, "users", "set-password", email, "--password", "password123")
    assert weak.exit_code == 1
    assert user.get("/user").status_code == 200
    done(app, "users", "set-password", email, "--password", "another four random words")
    assert user.get("/user").status_code == 401


def test_one_session_ends_or_all(app: Flask, user: Client, other_user: Client, email: str) -> None:
    assert user.user
    second = Client(app, user.user)
    first, _ = document(app, "sessions", "list", email)["sessions"]
    done(app, "sessions", "end", first["id"], "--yes")
    assert sorted(client.get("/user").status_code for client in (user, second)) == [200, 401]
    assert document(app, "sessions", "end-all", email, "--yes")["sessions"] == 1
    assert {client.get("/user").status_code for client in (user, second)} == {401}
    assert other_user.get("/user").status_code == 200


def test_events_name_the_account_and_the_command(
    app: Flask, user: Client, email: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert user.user
    check = make_check(user_id=user.user.id)
    session = document(app, "sessions", "list", email)["sessions"][0]["id"]
    commands = {
        "sessions end": [session, "--yes"],
        "sessions end-all": [email, "--yes"],
        "users set-role": [email, "doctor"],
        "users set-password": [email, "--password", "another four random words"],
        "checks show": [str(check.id)],
        "checks delete": [str(check.id), "--yes"],
        "users delete": [email, "--yes"],
    }
    with logged():
        lines = "".join(flask(app, *name.split(), *rest).stderr for name, rest in commands.items())
    lines += capsys.readouterr().err
    events = [json.loads(line) for line in lines.splitlines() if '"security"' in line]
    assert {event["subject"] for event in events} == {str(user.user.id)}
    assert [(event["command"], event["event"]) for event in events] == [
        ("sessions end", "authn_token_revoked"),
        ("sessions end-all", "authn_token_revoked"),
        ("users set-role", "privilege_permissions_changed"),
        ("users set-password", "authn_password_change"),
        ("checks show", "sensitive_read"),
        ("checks delete", "upload_delete"),
        ("users delete", "user_deleted"),
    ]
    assert email not in lines
