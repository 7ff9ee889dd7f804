"""Addresses, passwords and names are compared as people see them."""

import re
import unicodedata

import pytest
from flask import Flask
from werkzeug.security import generate_password_hash

from constants import Role
from models import User
from resources.openapi import openapi_document
from tests.assertions import assert_problem
from tests.client import Client
from tests.command_line import done, flask
from tests.database import count, only
from tests.factories import PASSWORD, make_user
from utils.passwords import METHOD

COMPOSED = "Schlüssel für ängstliche Bären"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


def register(app: Flask, email: str, password: str = PASSWORD, **more: str) -> int:
    body = {"email": email, "password": password, **more}
    return Client(app).post("/register", body).status_code


def login(app: Flask, email: str, password: str = PASSWORD) -> int:
    return Client(app).post("/login", {"email": email, "password": password}).status_code


SPELLINGS = [
    "user@münchen.de",
    "user@mu\u0308nchen.de",
    "user@xn--mnchen-3ya.de",
    "USER@MÜNCHEN.DE",
    "  user@münchen.de\n",
    "user@XN--MNCHEN-3YA.de",
]


@pytest.mark.parametrize("first", SPELLINGS)
def test_an_address_is_one_account_however_it_is_spelt(app: Flask, first: str) -> None:
    assert register(app, first) == 201
    assert only(User).email == "user@münchen.de"
    for spelling in SPELLINGS:
        assert login(app, spelling) == 201
        assert register(app, spelling) == 409


@pytest.mark.parametrize(
    "old", ["user@xn--mnchen-3ya.de", "user@mu\u0308nchen.de", "user@münchen.de"]
)
def test_an_account_from_before_is_found_and_not_doubled(app: Flask, old: str) -> None:
    make_user(email=old)
    for spelling in SPELLINGS:
        assert login(app, spelling) == 201
        assert register(app, spelling) == 409
    done(app, "users", "set-role", "user@münchen.de", "doctor")
    assert only(User).role is Role.DOCTOR


# İ is two characters when it is made small.
GROWING = f"{'İ' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.de"


@pytest.mark.parametrize(
    "email",
    [
        *("", "x", "x@", "@x.de", "a b@x.de", "a@x", "a@x..de", "a@-x.de", "a@x.de\0"),
        *("a@x.de, b@x.de", f"a@{'b' * 250}.de", GROWING),
    ],
)
def test_what_is_no_address(app: Flask, email: str) -> None:
    answer = Client(app).post("/register", {"email": email, "password": PASSWORD})
    assert list(assert_problem(answer, 422, "validation")["errors"]) == ["email"]
    assert count(User) == 0


def test_the_command_line_normalises_too(app: Flask) -> None:
    password = "four random words"
    done(app, "users", "create-admin", "--email", " User@MÜNCHEN.de ", "--password", password)
    assert only(User).email == "user@münchen.de"
    result = flask(app, "users", "set-role", "no address", "doctor")
    assert result.exit_code == 2
    assert "Not a valid email address" in result.output


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (COMPOSED, DECOMPOSED),
        (DECOMPOSED, COMPOSED),
        ("four random\u00a0words", "four random words"),
        ("four random words", "four\u3000random\u2003words"),
    ],
)
def test_a_password_is_one_whatever_keyboard(app: Flask, first: str, second: str) -> None:
    assert register(app, "user@example.com", first) == 201
    assert login(app, "user@example.com", second) == 201
    assert login(app, "user@example.com", f"{second}!") == 401


def test_a_password_keeps_its_case_and_its_blanks(app: Flask) -> None:
    assert register(app, "user@example.com", " Four random words ") == 201
    assert login(app, "user@example.com", "Four random words") == 401
    assert login(app, "user@example.com", " four random words ") == 401


@pytest.mark.parametrize("typed", [DECOMPOSED, "four random\u00a0words"])
def test_old_hashes_still_verify(app: Flask, typed: str) -> None:
    """They are of what was typed then."""
    make_user(email="user@example.com", password_hash=generate_password_hash(typed, METHOD))
    assert login(app, "user@example.com", typed) == 201


WORDS = "Schlüssel für ängstliche Bären"


@pytest.mark.parametrize(
    ("password", "status"),
    [
        (unicodedata.normalize("NFD", f"{WORDS:ä<128}"), 201),
        ("ä" * 129, 422),
        (unicodedata.normalize("NFD", "ä" * 9), 422),
        ("tab\tin a password", 422),
        ("line\nin a password", 422),
    ],
)
def test_new_passwords_are_measured_as_they_are_kept(
    app: Flask, password: str, status: int
) -> None:
    assert register(app, "user@example.com", password) == status


def test_names_are_composed_and_trimmed(app: Flask) -> None:
    assert register(app, "user@example.com", first_name=" Zoe\u0308 ", last_name="Å") == 201
    assert (only(User).first_name, only(User).last_name) == ("Zoë", "Å")


@pytest.mark.parametrize("blank", ["", "   ", "\t", "\x1c", "\x85", "\u3000"])
def test_blank_names_are_refused_as_the_document_says(app: Flask, blank: str) -> None:
    registration = openapi_document(app)["components"]["schemas"]["Registration"]
    pattern = registration["properties"]["first_name"]["pattern"]
    assert register(app, "user@example.com", first_name=blank) == 422
    assert not re.search(pattern, blank)
    assert all(re.search(pattern, name) for name in ("Z", " Zoë ", "O'Sullivan\x1c"))
