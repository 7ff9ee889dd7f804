"""Guessing and floods are slowed down, and nobody is locked out."""

from dataclasses import fields, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import create_app
from cnn_model.data.synthetic import jpeg, skin_photo
from config import Settings
from db import DatabaseUnavailableError, unit_of_work
from managers.rate_limit import Limit
from models import RateLimit
from services.rate_limit_storage import PostgresRateLimitStorage
from tests.assertions import assert_problem, ok
from tests.client import Client
from tests.database import count
from tests.factories import PASSWORD, make_user
from tests.rate_limits import Limited, pass_time

OWNER, OTHER, ATTACKER = "203.0.113.1", "192.0.2.9", "198.51.100.7"
CHANGE = {"old_password": PASSWORD, "new_password": "quiet zebra tulip ocean"}
WRONG_CHANGE = {**CHANGE, "old_password": "wrong password"}
PERSON = {"email": "me@example.com", "password": PASSWORD}
DAY = 24 * 3600


def post(service: Flask, path: str, body: Any, address: str = OWNER) -> TestResponse:
    return Client(service).post(path, body, environ_base={"REMOTE_ADDR": address})


def login(service: Flask, email: str, password: str, address: str = OWNER) -> TestResponse:
    return post(service, "/login", {"email": email, "password": password}, address)


def attack(service: Flask, email: str, guesses: int = 100) -> list[int]:
    """Guess from twenty addresses."""
    return [
        login(service, email, f"guess {number}", f"198.51.100.{number % 20}").status_code
        for number in range(guesses)
    ]


def test_guesses_are_slowed_and_the_owner_gets_in(limited: Limited) -> None:
    service, user = limited(guess="5 per minute", stranger_guess="20 per minute"), make_user()
    assert login(service, user.email, PASSWORD).status_code == 201
    assert attack(service, user.email) == [401] * 20 + [429] * 80
    # Another address that the owner uses for the first time has to wait, and a known one has not.
    assert login(service, user.email, PASSWORD, OTHER).status_code == 429
    assert login(service, user.email, PASSWORD).status_code == 201
    pass_time(60)
    assert login(service, user.email, PASSWORD, OTHER).status_code == 201


def test_a_hundred_guesses_from_one_address_are_slowed_by_default(
    app: Flask, settings: Settings
) -> None:
    service, user = create_app(replace(settings, rate_limits_enabled=True)), make_user()
    answers = [login(service, user.email, f"guess {n}", ATTACKER) for n in range(100)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 90
    assert max(int(answer.headers["Retry-After"]) for answer in answers[10:]) <= 60
    assert login(service, user.email, PASSWORD).status_code == 201
    pass_time(60)
    assert login(service, user.email, PASSWORD, ATTACKER).status_code == 201


def test_an_address_that_guesses_has_to_wait(limited: Limited) -> None:
    service, user = limited(guess="5 per minute"), make_user()
    for _ in range(5):
        assert login(service, user.email, "wrong password", ATTACKER).status_code == 401
    refused = login(service, user.email, PASSWORD, ATTACKER)
    body = assert_problem(refused, 429, "too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert f"Try again in {refused.headers['Retry-After']} seconds." in body["detail"]
    assert refused.headers["Cache-Control"] == "no-store"
    pass_time(60)
    assert login(service, user.email, PASSWORD, ATTACKER).status_code == 201


def test_right_passwords_are_not_counted(limited: Limited) -> None:
    service = limited(login="3 per minute", guess="2 per minute", stranger_guess="2 per minute")
    user = make_user()
    # A clinic may have any number of people who log in from one address.
    for _ in range(4):
        assert login(service, make_user().email, PASSWORD).status_code == 201
    for number in range(4):
        assert login(service, user.email, "wrong", f"192.0.2.{number}").status_code == 401
        assert login(service, user.email, PASSWORD, f"192.0.2.{number}").status_code == 201


def test_an_own_account_does_not_help_to_guess_those_of_others(limited: Limited) -> None:
    service, own = limited(login="3 per minute"), make_user()
    statuses = []
    for _ in range(4):
        statuses.append(login(service, make_user().email, "wrong", ATTACKER).status_code)
        login(service, own.email, PASSWORD, ATTACKER)
    assert statuses == [401, 401, 401, 429]


@pytest.mark.parametrize("way", ["register", "login", "refresh"])
def test_an_address_stays_known_for_thirty_days_after_its_last_use(
    limited: Limited, way: str
) -> None:
    service = limited(stranger_guess="3 per minute")
    tokens = ok(post(service, "/register", PERSON, OWNER if way == "register" else OTHER))
    pass_time(25 * DAY)
    if way == "login":
        ok(login(service, PERSON["email"], PASSWORD))
        pass_time(25 * DAY)
        ok(login(service, PERSON["email"], PASSWORD))
        pass_time(25 * DAY)
    if way == "refresh":
        ok(post(service, "/token/refresh", {"refresh_token": tokens["refresh_token"]}))
        pass_time(25 * DAY)
    assert 429 in attack(service, PERSON["email"], 10)
    assert login(service, PERSON["email"], PASSWORD).status_code == 201
    pass_time(30 * DAY)
    assert 429 in attack(service, PERSON["email"], 10)
    assert login(service, PERSON["email"], PASSWORD).status_code == 429


def test_an_account_that_does_not_exist_is_treated_alike(limited: Limited) -> None:
    service, user = limited(guess="3 per minute", stranger_guess="5 per minute"), make_user()
    found = [
        [login(service, email, "wrong", address).json for address in (ATTACKER, OTHER) * 4]
        for email in (user.email, "nobody@example.com")
    ]
    varying = {"detail": "", "request_id": ""}
    details = [[{**(answer or {}), **varying} for answer in answers] for answers in found]
    assert details[0] == details[1]
    assert {answer["status"] for answer in details[0]} == {401, 429}


@pytest.mark.parametrize(
    ("limit", "path", "body"),
    [
        ("login", "/login", {"email": "a@example.com", "password": "x"}),
        ("refresh", "/token/refresh", {"refresh_token": "x"}),
        ("register", "/register", {**PERSON, "password": "password123"}),
    ],
)
def test_one_address_cannot_ask_for_ever(
    limited: Limited, limit: str, path: str, body: dict[str, str]
) -> None:
    service = limited(**{limit: "3 per minute"})

    def ask(address: str) -> int:
        return post(service, path, body, address).status_code

    assert 429 not in [ask("2001:db8::1") for _ in range(3)]
    # The rest of the household's network counts as the same address.
    assert ask("2001:db8::ffff") == 429
    assert ask("2001:db8:0:1::1") != 429


def test_one_login_cannot_refresh_for_ever(limited: Limited) -> None:
    service = limited(session_refresh="2 per minute", refresh="5 per minute")
    tokens = ok(post(service, "/register", PERSON))
    statuses = []
    for number in range(4):
        body = {"refresh_token": tokens["refresh_token"]}
        answer = post(service, "/token/refresh", body, f"198.51.100.{number}")
        statuses.append(answer.status_code)
        tokens = ok(answer) if answer.status_code == 201 else tokens
    assert statuses == [201, 201, 429, 429]
    # Others at the address are not affected, and the login goes on.
    assert post(service, "/token/refresh", {"refresh_token": "x"}).status_code == 401
    pass_time(60)
    assert post(service, "/token/refresh", body).status_code == 201


def test_a_stolen_token_cannot_guess_the_password(limited: Limited) -> None:
    service, user = limited(guess="2 per minute"), make_user()
    client = Client(service, user)
    thief = {"environ_base": {"REMOTE_ADDR": ATTACKER}}
    statuses = [
        client.post("/user/change-password", WRONG_CHANGE, **thief).status_code for _ in range(4)
    ]
    assert statuses == [401, 401, 429, 429]
    # A login is a guess too. The owner can still change the password.
    assert login(service, user.email, "wrong", ATTACKER).status_code == 429
    ok(client.post("/user/change-password", CHANGE))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "change-password", WRONG_CHANGE), ("DELETE", "delete", None)],
)
def test_one_address_cannot_change_accounts_for_ever(
    limited: Limited, method: str, path: str, body: Any
) -> None:
    service = limited(password="2 per minute")

    def ask(address: str) -> int:
        environment = {"REMOTE_ADDR": address}
        client = Client(service, make_user())
        answer = client.request(method, f"/user/{path}", json=body, environ_base=environment)
        return answer.status_code

    assert 429 not in [ask(ATTACKER) for _ in range(2)]
    assert ask(ATTACKER) == 429
    assert ask(OWNER) != 429


def test_uploads_have_a_number_and_a_size(limited: Limited) -> None:
    service = limited(upload="2 per day")
    user, other = Client(service, make_user()), Client(service, make_user())
    photo = jpeg(skin_photo())
    answers = [user.upload(photo) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert DAY - 60 <= int(answers[2].headers["Retry-After"]) <= DAY
    assert "Try again in 24 hours." in answers[2].text
    assert other.upload(photo).status_code == 201
    assert user.get("/user/checks").status_code == 200
    pass_time(DAY)
    assert user.upload(photo).status_code == 201
    heavy = Client(limited(upload_megabytes="3 per day"), make_user())
    statuses = [heavy.upload(bytes(1_400_000)).status_code for _ in range(2)]
    assert statuses == [422, 429]


def test_all_limits_can_be_turned_off(app: Flask) -> None:
    user = make_user()
    assert {login(app, user.email, "wrong password").status_code for _ in range(40)} == {401}
    assert login(app, user.email, PASSWORD).status_code == 201
    assert count(RateLimit) == 0


def test_every_limit_has_a_setting_with_a_default() -> None:
    settings = {item.name: item.metadata for item in fields(Settings)}
    for limit in Limit:
        metadata = settings[f"rate_limit_{limit}"]
        assert metadata["cast"](metadata["default"])


def test_the_table_has_no_addresses(app: Flask, settings: Settings) -> None:
    service, user = create_app(replace(settings, rate_limits_enabled=True)), make_user()
    login(service, user.email, PASSWORD)
    login(service, user.email, "wrong password", "2001:db8::1")
    with unit_of_work() as session:
        keys = session.scalars(select(RateLimit.key)).all()
    names = {key.partition(":")[0].removeprefix("LIMITER/") for key in keys}
    assert names == {"login", "guess", "stranger_guess", "known"}
    assert not any(part in key for key in keys for part in (OWNER, "2001", user.email, "@"))


def test_without_the_database_nobody_is_told_a_mistake(
    limited: Limited, settings: Settings
) -> None:
    nowhere = replace(settings, database_url="postgresql+psycopg2://127.0.0.1:1/nothing")
    service = create_app(replace(nowhere, rate_limits_enabled=True))
    for path, body in (("/login", PERSON), ("/register", PERSON)):
        answer = post(service, path, body)
        assert_problem(answer, 503, "database-unavailable")
        assert answer.headers["Retry-After"] == "30"


def test_a_login_is_not_lost_when_it_cannot_be_remembered(
    limited: Limited, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, user = limited(guess="5 per minute"), make_user()

    def fail(*_: object) -> None:
        raise DatabaseUnavailableError

    monkeypatch.setattr(PostgresRateLimitStorage, "clear", fail)
    assert login(service, user.email, PASSWORD).status_code == 201
