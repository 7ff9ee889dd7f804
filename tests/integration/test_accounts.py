"""Registering, logging in, changing the password, erasing."""

import unicodedata
from contextlib import ExitStack

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.security import check_password_hash, generate_password_hash
from zxcvbn.matching import L33T_TABLE, enumerate_l33t_subs, relevant_l33t_subtable

from constants import Role
from db import unit_of_work
from models import Check, LoginSession, PhotoDeletion, User
from tests.client import API, Client
from tests.database import count, only
from tests.factories import PASSWORD, make_check, make_user
from utils import passwords
from utils.passwords import HASHES_AT_ONCE, MAX_SCORED, METHOD, _turn, scored

REGISTRATION = {"email": "User@Example.com", "password": "four random words"}


def test_registers_and_logs_in(http: FlaskClient) -> None:
    registered = http.post(f"{API}/register", json=REGISTRATION)
    assert registered.status_code == 201
    assert registered.headers["Location"] == f"{API}/user"
    assert registered.json is not None
    assert registered.json["expires_in"] == 900
    assert registered.json["user"]["email"] == "user@example.com"
    assert registered.json["user"]["role"] == "user"

    logged_in = http.post(f"{API}/login", json={**REGISTRATION, "email": "USER@example.com"})
    assert logged_in.status_code == 201
    assert logged_in.json is not None
    headers = {"Authorization": f"Bearer {logged_in.json['token']}"}
    profile = http.get(f"{API}/user", headers=headers)
    assert profile.json == logged_in.json["user"]


def test_keeps_no_password_in_the_clear(http: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("utils.passwords.METHOD", METHOD)
    http.post(f"{API}/register", json=REGISTRATION)
    assert only(User).password_hash.startswith("scrypt:32768:8:3$")


def test_no_answer_holds_the_password_or_its_hash(http: FlaskClient) -> None:
    body = http.post(f"{API}/register", json=REGISTRATION).text
    assert "scrypt" not in body
    assert REGISTRATION["password"] not in body


def test_one_address_is_one_account(http: FlaskClient) -> None:
    http.post(f"{API}/register", json=REGISTRATION)
    again = http.post(f"{API}/register", json={**REGISTRATION, "email": "user@EXAMPLE.com"})
    assert again.status_code == 409
    assert again.json is not None
    assert again.json["type"] == "/problems/email-taken"
    assert count(User) == 1


WEAK = ("1234567890", "Qwertyuiop", "aaaaaaaaaaaa", "Password123!", "letmein123", "malignant1")


@pytest.mark.parametrize("password", [*WEAK, "user@example", "melanoma2026!", "ab" * 64])
def test_refuses_passwords_that_are_easy_to_guess(http: FlaskClient, password: str) -> None:
    answer = http.post(f"{API}/register", json={**REGISTRATION, "password": password})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["type"] == "/problems/weak-password"
    assert password not in answer.text
    assert answer.json["detail"].endswith("four random words.")


@pytest.mark.parametrize("password", ["Zachary1", "zachary.1990", "O'Sullivan-90"])
def test_refuses_the_name_as_password(http: FlaskClient, password: str) -> None:
    person = {**REGISTRATION, "first_name": "Zachary", "last_name": "O'Sullivan"}
    answer = http.post(f"{API}/register", json={**person, "password": password.ljust(10, "1")})
    assert answer.status_code == 422


@pytest.mark.parametrize("password", ["four random words", "x7!kq9Zp2m", "Schlüssel für Bären"])
def test_accepts_passwords_of_any_composition(http: FlaskClient, password: str) -> None:
    answer = http.post(f"{API}/register", json={**REGISTRATION, "password": password})
    assert answer.status_code == 201


def hashes_after_logins(http: FlaskClient, user: User, password: str) -> list[str]:
    """Return the stored hash after a first and after a second login."""
    hashes = []
    for _ in range(2):
        body = {"email": user.email, "password": password}
        assert http.post(f"{API}/login", json=body).status_code == 201
        with unit_of_work() as session:
            hashes.append(session.get_one(User, user.id).password_hash)
    return hashes


def test_an_old_hash_is_renewed_at_login(
    http: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    monkeypatch.setattr("utils.passwords.METHOD", "scrypt:2048:8:1")
    hashes = hashes_after_logins(http, user, PASSWORD)
    assert hashes[0].startswith("scrypt:2048:8:1$")
    assert hashes[0] == hashes[1]


def test_a_hash_of_the_typed_text_is_renewed_at_login(http: FlaskClient) -> None:
    typed = unicodedata.normalize("NFD", "Schlüssel für Bären")
    # The parameters are those of now: only the text is old.
    old = generate_password_hash(typed, passwords.METHOD)
    user = make_user(password_hash=old)
    hashes = hashes_after_logins(http, user, typed)
    assert old != hashes[0] == hashes[1]


def test_two_logins_that_renew_one_hash_both_succeed(
    http: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from managers import user as user_module

    verify = user_module.verify_password  # type: ignore[attr-defined]
    body = {"email": make_user().email, "password": PASSWORD}
    monkeypatch.setattr("utils.passwords.METHOD", "scrypt:2048:8:1")

    def overtaken(password: str, password_hash: str | None) -> bool:
        monkeypatch.setattr(user_module, "verify_password", verify)
        assert http.post(f"{API}/login", json=body).status_code == 201
        return bool(verify(password, password_hash))

    monkeypatch.setattr(user_module, "verify_password", overtaken)
    assert http.post(f"{API}/login", json=body).status_code == 201
    assert count(LoginSession) == 2


def test_of_two_changes_of_one_password_the_first_counts(
    user: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from managers import user as user_module

    verify = user_module.verify_password  # type: ignore[attr-defined]

    def overtaken(password: str, password_hash: str | None) -> bool:
        with unit_of_work() as session:
            session.execute(update(User).values(password_hash="the hash of another password"))
            session.commit()
        return bool(verify(password, password_hash))

    monkeypatch.setattr(user_module, "verify_password", overtaken)
    change = {"old_password": PASSWORD, "new_password": "four entirely other words"}
    assert user.post("/user/change-password", change).status_code == 401
    with unit_of_work() as session:
        assert session.scalars(select(User)).one().password_hash.startswith("the hash")


def test_scoring_a_hostile_password_costs_little() -> None:
    """Counted, because timing in a test is luck: zxcvbn tries each of these readings."""
    every = "".join(symbol for symbols in L33T_TABLE.values() for symbol in symbols)
    text = scored(every * 9)
    assert len(text) == MAX_SCORED
    assert len(enumerate_l33t_subs(relevant_l33t_subtable(text, L33T_TABLE))) <= 10
    assert len(enumerate_l33t_subs(relevant_l33t_subtable(every, L33T_TABLE))) > 100


def test_refuses_a_long_address_as_password(http: FlaskClient) -> None:
    address = f"{'zebulon.' * 6}q@{'kwyjibo.' * 4}example.org"
    body = {"email": address, "password": address}
    answer = http.post(f"{API}/register", json=body)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["type"] == "/problems/weak-password"


def test_few_hashes_are_computed_at_once(
    http: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"email": "a@example.com", "password": PASSWORD}
    monkeypatch.setattr("utils.passwords.PATIENCE", 0.01)
    with ExitStack() as others:
        for _ in range(HASHES_AT_ONCE):
            others.enter_context(_turn())
        answer = http.post(f"{API}/login", json=body)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert http.post(f"{API}/login", json=body).status_code == 401


def test_refuses_the_address_as_password(http: FlaskClient) -> None:
    answer = http.post(f"{API}/register", json={**REGISTRATION, "password": "user@example.com"})
    assert answer.status_code == 422


@pytest.mark.parametrize("length", [9, 129])
def test_refuses_short_and_long_passwords(http: FlaskClient, length: int) -> None:
    answer = http.post(f"{API}/register", json={**REGISTRATION, "password": "ab" * length})
    answer = http.post(f"{API}/register", json={**REGISTRATION, "password": ("ab" * 99)[:length]})
    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["errors"]) == ["password"]


def test_says_the_same_of_a_wrong_password_and_an_unknown_address(app: Flask) -> None:
    make_user(email="user@example.com")
    http = app.test_client()
    wrong = http.post(f"{API}/login", json={"email": "user@example.com", "password": "wrong"})
    unknown = http.post(f"{API}/login", json={"email": "other@example.com", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    bodies = [{**(answer.json or {}), "request_id": ""} for answer in (wrong, unknown)]
    assert bodies[0] == bodies[1]
    assert wrong.headers["WWW-Authenticate"] == "Bearer"


def test_hashes_for_an_unknown_address_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time must not tell either; counted, because timing in a test is luck."""
    calls: list[str] = []

    def counting(password_hash: str, password: str) -> bool:
        calls.append(password_hash.split("$")[0])
        return check_password_hash(password_hash, password)

    monkeypatch.setattr(passwords, "check_password_hash", counting)
    make_user(email="user@example.com")
    http = app.test_client()
    for email in ("user@example.com", "other@example.com"):
        http.post(f"{API}/login", json={"email": email, "password": "wrong"})
    assert calls == [passwords.METHOD] * 2


def test_changes_the_password_and_ends_other_logins(app: Flask, user: Client) -> None:
    other = Client(app, user.user)
    changed = user.post(
        "/user/change-password", {"old_password": PASSWORD, "new_password": "another four words"}
    )
    assert changed.status_code == 200
    assert changed.json is not None
    assert other.get("/user").status_code == 401
    assert user.get("/user").status_code == 401
    user.headers["Authorization"] = f"Bearer {changed.json['token']}"
    assert user.get("/user").status_code == 200
    assert user.user is not None
    login = {"email": user.user.email, "password": "another four words"}
    assert user.post("/login", login).status_code == 201
    assert user.post("/login", {**login, "password": PASSWORD}).status_code == 401


@pytest.mark.parametrize("path", ["/user/delete", "/user/change-password"])
def test_a_login_that_is_overtaken_fails(
    user: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """While its password was hashed, the account was deleted or got another password."""
    from managers import user as user_module

    verify = user_module.verify_password  # type: ignore[attr-defined]

    def overtaken(password: str, password_hash: str | None) -> bool:
        monkeypatch.setattr(user_module, "verify_password", verify)
        if path == "/user/delete":
            user.delete(path)
        else:
            user.post(path, {"old_password": PASSWORD, "new_password": "another four words"})
        return bool(verify(password, password_hash))

    monkeypatch.setattr(user_module, "verify_password", overtaken)
    assert user.user is not None
    login = {"email": user.user.email, "password": PASSWORD}
    assert user.app.test_client().post(f"{API}/login", json=login).status_code == 401


def test_needs_the_old_password_to_change_it(user: Client) -> None:
    answer = user.post(
        "/user/change-password", {"old_password": "wrong", "new_password": "another four words"}
    )
    assert answer.status_code == 401
    assert user.get("/user").status_code == 200


def test_erases_the_person_with_all_checks_and_logins(user: Client, other_user: Client) -> None:
    assert user.user is not None
    assert other_user.user is not None
    make_check(user_id=user.user.id)
    kept = make_check(user_id=other_user.user.id)
    kept_id = kept.id
    assert user.delete("/user/delete").status_code == 204
    assert count(User) == 1
    assert only(Check).id == kept_id
    assert only(LoginSession).user_id == other_user.user.id
    assert count(PhotoDeletion) == 0
    assert user.get("/user").status_code == 401


def test_the_operator_creates_the_first_administrator(app: Flask) -> None:
    runner = app.test_cli_runner()
    arguments = ["users", "create-admin", "--email", "Boss@example.com", "--password"]
    result = runner.invoke(args=[*arguments, "four random words"])
    assert result.exit_code == 0, result.output
    assert only(User).role is Role.ADMIN
    assert only(User).email == "boss@example.com"
    again = runner.invoke(args=[*arguments, "four random words"])
    assert again.exit_code == 1
    assert "has an account" in again.output
    short = runner.invoke(args=[*arguments, "short"])
    assert short.exit_code == 2
    assert "Traceback" not in short.output


def test_an_administrator_pages_through_everybody_once(app: Flask) -> None:
    ids = {str(make_user().id) for _ in range(4)}
    admin = Client(app, make_user(role=Role.ADMIN))
    seen: list[str] = []
    query = "limit=2"
    for _ in range(3):
        page = admin.get(f"/admin/users?{query}").json
        assert page is not None
        seen += [user["id"] for user in page["users"]]
        query = f"limit=2&cursor={page['next_cursor']}"
    assert page is not None
    assert page["next_cursor"] is None
    assert admin.user is not None
    assert seen[0] == str(admin.user.id)
    assert len(seen) == 5
    assert set(seen[1:]) == ids


def test_the_operator_gives_a_role(app: Flask) -> None:
    make_user(email="doctor@example.com")
    runner = app.test_cli_runner()
    assert runner.invoke(args=["users", "set-role", "doctor@example.com", "doctor"]).exit_code == 0
    assert only(User).role is Role.DOCTOR
    assert runner.invoke(args=["users", "set-role", "x@example.com", "doctor"]).exit_code == 3
