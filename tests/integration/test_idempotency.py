"""A request that is repeated with its key acts once, and gives no second login."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from config import Settings
from managers.idempotency import KEPT_FOR, remove_expired_keys
from models import IdempotencyKey, LoginSession, User
from resources.idempotency import ARRIVED_AT
from tests.assertions import assert_problem, ok
from tests.client import Client
from tests.database import count, only
from tests.factories import PASSWORD, make_user
from tests.rate_limits import pass_time
from utils import clock

PERSON = {"email": "me@example.com", "password": PASSWORD, "first_name": "Me"}
NEW_PASSWORD = "quiet zebra tulip ocean"
CHANGE = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def bearer(answer: TestResponse) -> dict[str, str]:
    return {"Authorization": f"Bearer {ok(answer)['token']}"}


def is_valid(app: Flask, answer: TestResponse) -> bool:
    """Whether both tokens of an answer can be used."""
    client = Client(app)
    access = client.get("/user", headers=bearer(answer)).status_code == 200
    refresh = client.post("/token/refresh", {"refresh_token": ok(answer)["refresh_token"]})
    assert access is (refresh.status_code == 201)
    return access


def at_once(app: Flask, path: str, bodies: list[Any], **options: Any) -> list[TestResponse]:
    """The answers to requests that arrive together."""
    answers: list[TestResponse] = []
    barrier = threading.Barrier(len(bodies))

    def send(body: Any) -> None:
        with app.app_context():
            barrier.wait()
            answers.append(Client(app).post(path, body, **options))

    threads = [threading.Thread(target=send, args=[body]) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def assert_one_is_valid(app: Flask, answers: list[TestResponse]) -> None:
    """Of requests that arrive together, the last one has the tokens. Some may have lost them."""
    answered = [answer for answer in answers if answer.status_code in (200, 201)]
    for answer in answers:
        if answer not in answered:
            assert_problem(answer, 409, "request-superseded")
    assert sum(is_valid(app, answer) for answer in answered) == 1


def test_a_slow_request_does_not_take_the_tokens_of_a_later_one(app: Flask) -> None:
    headers, first_asked = key(), clock.now()
    later = Client(app).post("/register", PERSON, headers=headers)
    slow = Client(app).post(
        "/register",
        PERSON,
        headers=headers,
        environ_overrides={ARRIVED_AT: first_asked.timestamp()},
    )
    assert_problem(slow, 409, "request-superseded")
    assert count(LoginSession) == 1
    assert is_valid(app, later)


class TestRegistration:
    def test_a_repeated_one_is_a_login_to_the_same_account(self, app: Flask) -> None:
        headers = key()
        first, second = (Client(app).post("/register", PERSON, headers=headers) for _ in range(2))
        assert second.status_code == 201
        assert second.headers["Location"] == first.headers["Location"]
        assert ok(second)["user"] == ok(first)["user"]
        assert count(User) == count(LoginSession) == 1
        assert not is_valid(app, first)
        assert is_valid(app, second)

    @pytest.mark.parametrize(
        "change",
        [{"email": "other@example.com"}, {"password": NEW_PASSWORD}, {"first_name": "Other"}],
    )
    def test_another_one_is_refused(self, app: Flask, change: dict[str, str]) -> None:
        headers = key()
        first = Client(app).post("/register", PERSON, headers=headers)
        other = Client(app).post("/register", {**PERSON, **change}, headers=headers)
        assert_problem(other, 422, "idempotency-key-reused")
        assert count(User) == 1
        assert is_valid(app, first)

    def test_another_key_does_not_open_an_account(self, app: Flask) -> None:
        ok(Client(app).post("/register", PERSON, headers=key()))
        for headers in ({}, key()):
            again = Client(app).post("/register", PERSON, headers=headers)
            assert_problem(again, 409, "email-taken")

    def test_of_many_at_once_one_creates_the_account(self, app: Flask) -> None:
        answers = at_once(app, "/register", [PERSON] * 4, headers=key())
        assert count(User) == count(LoginSession) == 1
        assert_one_is_valid(app, answers)

    def test_of_two_addresses_at_once_one_gets_the_key(self, app: Flask) -> None:
        bodies = [PERSON, {**PERSON, "email": "other@example.com"}]
        answers = at_once(app, "/register", bodies, headers=key())
        assert sorted(answer.status_code for answer in answers) == [201, 422]
        assert count(User) == 1

    def test_an_erased_account_frees_the_key(self, app: Flask) -> None:
        headers = key()
        first = Client(app).post("/register", PERSON, headers=headers)
        Client(app).delete("/user/delete", headers=bearer(first))
        assert count(IdempotencyKey) == 0
        assert Client(app).post("/register", PERSON, headers=headers).status_code == 201


class TestLogin:
    def body(self) -> dict[str, str]:
        return {"email": make_user().email, "password": PASSWORD}

    def test_a_repeated_one_replaces_the_first(self, app: Flask) -> None:
        body, headers = self.body(), key()
        other = Client(app).post("/login", body)
        first, second = (Client(app).post("/login", body, headers=headers) for _ in range(2))
        assert count(LoginSession) == 2
        assert [is_valid(app, answer) for answer in (other, first, second)] == [True, False, True]

    def test_another_account_is_refused(self, app: Flask) -> None:
        headers = key()
        ok(Client(app).post("/login", self.body(), headers=headers))
        other = Client(app).post("/login", self.body(), headers=headers)
        assert_problem(other, 422, "idempotency-key-reused")

    def test_a_wrong_password_is_wrong_with_any_key(self, app: Flask) -> None:
        body, headers = self.body(), key()
        first = Client(app).post("/login", body, headers=headers)
        wrong = {**body, "password": NEW_PASSWORD}
        answer = Client(app).post("/login", wrong, headers=headers)
        assert_problem(answer, 401, "wrong-credentials")
        assert is_valid(app, first)

    def test_of_many_at_once_one_login_stays(self, app: Flask) -> None:
        answers = at_once(app, "/login", [self.body()] * 4, headers=key())
        assert count(LoginSession) == 1
        assert_one_is_valid(app, answers)


class TestChangeOfPassword:
    def test_it_can_be_repeated_although_it_ended_its_login(self, app: Flask, user: Client) -> None:
        headers = key()
        first, second = (
            user.post("/user/change-password", CHANGE, headers=headers) for _ in range(2)
        )
        assert first.status_code == second.status_code == 200
        assert count(LoginSession) == 1
        assert not is_valid(app, first)
        assert is_valid(app, second)
        # The key opens nothing else.
        assert user.get("/user", headers=headers).status_code == 401
        assert user.post("/user/change-password", CHANGE, headers=key()).status_code == 401

    def test_another_new_password_is_refused(self, app: Flask, user: Client) -> None:
        headers = key()
        first = user.post("/user/change-password", CHANGE, headers=headers)
        other = {**CHANGE, "new_password": "other zebra tulip ocean"}
        answer = user.post("/user/change-password", other, headers=headers)
        assert_problem(answer, 422, "idempotency-key-reused")
        assert is_valid(app, first)

    def test_the_key_of_another_user_is_free(self, user: Client, other_user: Client) -> None:
        headers = key()
        for client in (user, other_user):
            ok(client.post("/user/change-password", CHANGE, headers=headers))
        assert other_user.user
        body = {"email": other_user.user.email, "password": NEW_PASSWORD}
        ok(other_user.post("/login", body))

    def test_of_many_at_once_one_login_stays(self, app: Flask, user: Client) -> None:
        headers = {**key(), **user.headers}
        answers = at_once(app, "/user/change-password", [CHANGE] * 4, headers=headers)
        assert count(LoginSession) == 1
        assert_one_is_valid(app, answers)


class TestRefresh:
    @pytest.fixture
    def body(self, app: Flask) -> dict[str, str]:
        answer = Client(app).post("/login", TestLogin().body())
        return {"refresh_token": ok(answer)["refresh_token"]}

    def test_a_repeated_one_gets_the_valid_tokens(self, app: Flask, body: Any) -> None:
        headers = key()
        first, second = (
            Client(app).post("/token/refresh", body, headers=headers) for _ in range(2)
        )
        assert second.status_code == 201
        assert count(LoginSession) == 1
        assert is_valid(app, second)
        lost = {"refresh_token": ok(first)["refresh_token"]}
        assert Client(app).post("/token/refresh", lost).status_code == 401

    def test_without_the_key_it_is_a_theft(
        self, app: Flask, body: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ok(Client(app).post("/token/refresh", body, headers=key()))
        again = Client(app).post("/token/refresh", body, headers=key())
        assert_problem(again, 409, "refresh-token-superseded")
        later = clock.now() + timedelta(minutes=1)
        monkeypatch.setattr("managers.token.now", lambda: later)
        assert_problem(
            Client(app).post("/token/refresh", body, headers=key()), 401, "not-authenticated"
        )
        assert count(LoginSession) == 0

    def test_after_the_new_token_was_used_it_is_a_theft(
        self, app: Flask, body: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        headers = key()
        first = ok(Client(app).post("/token/refresh", body, headers=headers))
        ok(Client(app).post("/token/refresh", {"refresh_token": first["refresh_token"]}))
        answer = Client(app).post("/token/refresh", body, headers=headers)
        assert_problem(answer, 401, "not-authenticated")
        assert count(LoginSession) == 0

    def test_it_does_not_wait_for_a_change_of_the_password_for_ever(
        self, app: Flask, user: Client
    ) -> None:
        for _ in range(5):
            assert user.user
            login = {"email": user.user.email, "password": PASSWORD}
            tokens = ok(Client(app).post("/login", login))
            refreshes = [{"refresh_token": tokens["refresh_token"]}] * 3
            change = threading.Thread(target=self.change, args=[app, user, tokens["token"]])
            change.start()
            answers = at_once(app, "/token/refresh", refreshes, headers=key())
            change.join()
            assert {answer.status_code for answer in answers} <= {201, 401, 409}

    def change(self, app: Flask, user: Client, token: str) -> None:
        with app.app_context():
            same = {"old_password": PASSWORD, "new_password": PASSWORD}
            headers = {"Authorization": f"Bearer {token}"}
            ok(Client(app).post("/user/change-password", same, headers=headers))

    def test_another_token_is_refused(self, app: Flask, body: Any) -> None:
        headers = key()
        first = ok(Client(app).post("/token/refresh", body, headers=headers))
        other = {"refresh_token": first["refresh_token"]}
        answer = Client(app).post("/token/refresh", other, headers=headers)
        assert_problem(answer, 422, "idempotency-key-reused")
        ok(Client(app).post("/token/refresh", other))


@pytest.mark.parametrize("path", ["/register", "/login", "/token/refresh"])
def test_a_key_is_printable(app: Flask, path: str) -> None:
    body = {"refresh_token": "x"} if "token" in path else {"email": "a@b.example", "password": "x"}
    body |= {"password": PASSWORD} if path == "/register" else {}
    answer = Client(app).post(path, body, headers={"Idempotency-Key": "é"})
    assert list(assert_problem(answer, 422, "validation")["errors"]) == ["Idempotency-Key"]


def test_no_key_and_no_token_is_stored(app: Flask) -> None:
    headers = {"Idempotency-Key": "a key that is read nowhere"}
    ok(Client(app).post("/register", PERSON, headers=headers))
    row = only(IdempotencyKey)
    for column in (row.digest, row.request_sha256):
        assert len(column) == 32
        assert b"key" not in column


def test_keys_are_forgotten_after_a_day(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ok(Client(app).post("/register", PERSON, headers=key()))
    remove_expired_keys()
    assert count(IdempotencyKey) == 1
    later = clock.now() + KEPT_FOR + timedelta(seconds=1)
    monkeypatch.setattr("managers.idempotency.now", lambda: later)
    remove_expired_keys()
    assert count(IdempotencyKey) == 0


def test_a_key_is_no_way_around_the_limit_of_guesses(app: Flask, settings: Settings) -> None:
    service = create_app(replace(settings, rate_limits_enabled=True))
    headers = key()
    ok(Client(service).post("/register", PERSON, headers=headers))
    guesses = [
        Client(service).post(
            "/register", {**PERSON, "password": f"quiet zebra tulip {n}"}, headers=headers
        )
        for n in range(12)
    ]
    assert [answer.status_code for answer in guesses] == [422] * 10 + [429] * 2
    pass_time(60)
    ok(Client(service).post("/register", PERSON, headers=headers))
