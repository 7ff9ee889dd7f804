"""Access and refresh tokens."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient

import managers.token as tokens_module
from managers.token import ALGORITHM, AUDIENCE, GRACE, ISSUER, TYPE
from models import LoginSession
from tests.client import API, Client
from tests.database import count, only
from tests.factories import PASSWORD, make_user
from tests.keys import KEY
from utils import clock


def claims(client: Client) -> dict[str, Any]:
    token = client.headers["Authorization"].removeprefix("Bearer ")
    return dict(jwt.decode(token, KEY, algorithms=[ALGORITHM], audience=AUDIENCE))


def status_of(client: Client, token: str) -> int:
    answer = client.get("/user", headers={"Authorization": f"Bearer {token}"})
    assert answer.mimetype == (
        "application/json" if answer.status_code == 200 else "application/problem+json"
    )
    return answer.status_code


def forged(payload: dict[str, Any], key: str = KEY, kid: Any = "test", typ: str = TYPE) -> str:
    return jwt.encode(payload, key, ALGORITHM, headers={"kid": kid, "typ": typ})


def test_holds_the_required_claims_and_a_key_id(user: Client) -> None:
    token = user.headers["Authorization"].removeprefix("Bearer ")
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "kid": "test", "typ": "at+jwt"}
    assert set(claims(user)) == {"iss", "aud", "sub", "sid", "jti", "iat", "exp"}
    assert isinstance(claims(user)["sub"], str)


def test_refuses_forged_tokens(user: Client) -> None:
    good = claims(user)
    assert status_of(user, forged(good)) == 200
    for bad in (
        forged(good, key="x" * 32),
        forged(good, kid="other"),
        forged({**good, "sub": str(uuid4())}),
        forged({**good, "sid": str(uuid4())}),
        forged({**good, "sub": "me"}),
        forged({**good, "exp": good["iat"] - 60}),
        forged({**good, "iat": good["iat"] + 60}),
        forged({**good, "iss": "another service"}),
        forged({**good, "aud": "another service"}),
        forged({**good, "aud": []}),
        forged(good, typ="JWT"),
        *(forged({k: v for k, v in good.items() if k != name}) for name in good),
        jwt.encode(good, None, "none"),  # type: ignore[arg-type]
        jwt.encode(good, None, "none", headers={"kid": "test"}),  # type: ignore[arg-type]
        jwt.encode(good, KEY, ALGORITHM),
        jwt.encode(good, KEY * 2, "HS512", headers={"kid": "test", "typ": TYPE}),
        "",
        "x",
        "a.b.c",
        "é",
        "." * 1000,
    ):
        assert status_of(user, bad) == 401, bad


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Token x"])
def test_wants_a_bearer_token(http: FlaskClient, header: str) -> None:
    answer = http.get(f"{API}/user", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_refuses_the_token_of_a_deleted_account(user: Client) -> None:
    user.delete("/user/delete")
    assert user.get("/user").status_code == 401
    assert user.upload(b"x").status_code == 401


def test_logout_ends_this_login_only(app: Flask, user: Client) -> None:
    other = Client(app, user.user)
    assert user.post("/logout").status_code == 204
    assert user.get("/user").status_code == 401
    assert other.get("/user").status_code == 200


def test_logout_all_ends_every_login(app: Flask, user: Client) -> None:
    other = Client(app, user.user)
    assert user.post("/logout/all").status_code == 204
    assert other.get("/user").status_code == 401


@pytest.fixture
def login(app: Flask) -> dict[str, Any]:
    make_user(email="user@example.com")
    body = {"email": "user@example.com", "password": PASSWORD}
    return dict(app.test_client().post(f"{API}/login", json=body).json or {})


def refresh(http: FlaskClient, token: str) -> tuple[int, dict[str, Any]]:
    answer = http.post(f"{API}/token/refresh", json={"refresh_token": token})
    return answer.status_code, dict(answer.json or {})


def at(monkeypatch: pytest.MonkeyPatch, later: timedelta) -> None:
    moment = clock.now() + later
    monkeypatch.setattr(tokens_module, "now", lambda: moment)


def test_refreshing_gives_new_tokens(http: FlaskClient, login: dict[str, Any]) -> None:
    status, renewed = refresh(http, login["refresh_token"])
    assert status == 201
    assert renewed["refresh_token"] != login["refresh_token"]
    headers = {"Authorization": f"Bearer {renewed['token']}"}
    assert http.get(f"{API}/user", headers=headers).status_code == 200


def test_keeps_only_hashes_of_refresh_tokens(login: dict[str, Any]) -> None:
    secret = login["refresh_token"].partition(".")[2]
    assert secret.encode() not in only(LoginSession).token_hash


def test_a_second_refresh_at_once_gets_nothing_and_ends_nothing(
    http: FlaskClient, login: dict[str, Any]
) -> None:
    """It is a client that sends two requests, or a thief: only one of them gets tokens."""
    first = refresh(http, login["refresh_token"])[1]["refresh_token"]
    status, problem = refresh(http, login["refresh_token"])
    assert (status, problem["type"]) == (409, "/problems/refresh-token-superseded")
    assert "token" not in problem
    assert refresh(http, first)[0] == 201


def test_the_tokens_of_a_login_are_unrelated(http: FlaskClient, login: dict[str, Any]) -> None:
    renewed = refresh(http, login["refresh_token"])[1]
    secrets = {tokens["refresh_token"].partition(".")[2] for tokens in (login, renewed)}
    assert len(secrets) == 2
    assert {len(secret) for secret in secrets} == {43}
    session = only(LoginSession)
    assert session.id != session.selector
    assert login["refresh_token"].startswith(session.selector.hex)


def test_reuse_of_an_old_refresh_token_ends_its_login(
    http: FlaskClient, login: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = refresh(http, login["refresh_token"])[1]
    at(monkeypatch, GRACE + timedelta(seconds=1))
    assert refresh(http, login["refresh_token"])[0] == 401
    assert refresh(http, renewed["refresh_token"])[0] == 401
    assert count(LoginSession) == 0


def test_an_unused_refresh_token_expires(
    app: Flask, login: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, timedelta(days=31))
    assert refresh(app.test_client(), login["refresh_token"])[0] == 401
    app.extensions["managers"].tokens.remove_expired()
    assert count(LoginSession) == 0


def test_a_login_ends_however_often_it_is_refreshed(
    http: FlaskClient, login: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = login["refresh_token"]
    for days in range(25, 90, 25):
        at(monkeypatch, timedelta(days=days))
        status, renewed = refresh(http, token)
        assert status == 201
        token = renewed["refresh_token"]
    at(monkeypatch, timedelta(days=90, minutes=-1))
    status, renewed = refresh(http, token)
    assert status == 201
    # No access token outlives its login.
    assert renewed["expires_in"] <= 60
    at(monkeypatch, timedelta(days=90, minutes=1))
    assert refresh(http, renewed["refresh_token"])[0] == 401


def test_an_access_token_ends_with_its_login(user: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert user.get("/user").status_code == 200
    # For PyJWT, which reads the clock itself, the token has not expired.
    at(monkeypatch, timedelta(days=31))
    assert user.get("/user").status_code == 401


@pytest.mark.parametrize("token", ["", "x", "x.y", f"{UUID(int=1).hex}.x", "é.é", "." * 200])
def test_refuses_made_up_refresh_tokens(http: FlaskClient, token: str) -> None:
    assert refresh(http, token)[0] == 401


def test_several_keys_verify_and_the_first_signs() -> None:
    old = tokens_module.TokenManager({"old": "o" * 32}, 15, 30, 90)
    both = tokens_module.TokenManager({"new": "n" * 32, "old": "o" * 32}, 15, 30, 90)
    token = jwt.encode(
        {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(uuid4()),
            "sid": str(uuid4()),
            "jti": "x",
            "iat": clock.now(),
            "exp": clock.now() + timedelta(minutes=1),
        },
        "o" * 32,
        ALGORITHM,
        headers={"kid": "old", "typ": TYPE},
    )
    assert both._claims(token)["jti"] == old._claims(token)["jti"] == "x"
