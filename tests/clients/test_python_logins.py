"""How the Python clients log in and stay logged in: each test runs with both of them."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

import skin_cancer_client as package
from cnn_model.data.synthetic import jpeg, skin_photo
from db import db
from models import LoginSession
from skin_cancer_client import Client, FileTokens, MemoryTokens
from tests.database import count
from tests.factories import make_user
from tests.python_clients import EMAIL, MakeClient

PHOTO = jpeg(skin_photo())
NEW_KEYS = {"new": secrets.token_hex(32)}


def test_logs_in_when_it_is_needed(url: str, make_client: MakeClient) -> None:
    make_user(email=EMAIL)
    assert make_client(url).user().email == EMAIL


def test_refreshes_before_the_token_ends(
    app: Flask, url: str, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user(email=EMAIL)
    client = make_client(url)
    tokens = app.extensions["managers"].tokens
    with monkeypatch.context() as patch:
        patch.setattr(tokens, "_access_life", timedelta(seconds=-30))
        client.login()
    client.user()
    assert count(LoginSession) == 1


def test_refreshes_when_the_token_is_refused(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["managers"].tokens, "_keys", NEW_KEYS)
    assert client.upload(PHOTO).status
    assert count(LoginSession) == 1


def test_many_requests_refresh_once(
    app: Flask, url: str, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(url)
    client.register()
    shared = make_client(url, email=None, tokens=MemoryTokens(refresh_token_of(client)))
    with ThreadPoolExecutor(8) as pool:
        users = list(pool.map(lambda _: shared.user(), range(8)))
        monkeypatch.setattr(app.extensions["managers"].tokens, "_keys", NEW_KEYS)
        users += pool.map(lambda _: shared.user(), range(8))
    assert {user.email for user in users} == {EMAIL}


def test_a_login_that_ended_begins_again_with_the_password(client: Client) -> None:
    end_logins()
    assert client.user().email == EMAIL


def test_without_a_password_it_says_so(url: str, make_client: MakeClient) -> None:
    registered = make_client(url)
    registered.register()
    tokens = MemoryTokens(refresh_token_of(registered))
    client = make_client(url, email=None, tokens=tokens)
    end_logins()
    with pytest.raises(package.NotLoggedInError, match="Log in again"):
        client.user()
    assert tokens.load() is None


def test_a_wrong_password(url: str, make_client: MakeClient) -> None:
    make_user(email=EMAIL)
    client = make_client(url, password="wrong password")
    with pytest.raises(package.WrongCredentialsError) as raised:
        client.upload(PHOTO)
    assert raised.value.status == 401
    assert "wrong password" not in f"{raised.value} {client!r}"


def test_an_address_with_an_account(url: str, make_client: MakeClient) -> None:
    make_user(email=EMAIL)
    with pytest.raises(package.EmailTakenError):
        make_client(url).register()


def test_an_address_that_is_none(url: str, make_client: MakeClient) -> None:
    with pytest.raises(package.InvalidRequestError) as raised:
        make_client(url, email="nobody").register()
    assert list(raised.value.errors) == ["email"]


def test_programs_share_a_file(url: str, make_client: MakeClient, tmp_path: Path) -> None:
    tokens = FileTokens(tmp_path / "skin" / "login.json", url)
    make_client(url, tokens=tokens).register()
    assert (tmp_path / "skin" / "login.json").stat().st_mode & 0o777 == 0o600
    clients = [make_client(url, email=None, tokens=tokens) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(lambda client: client.user(), clients))) == 4
    assert FileTokens(tmp_path / "skin" / "login.json", "https://other.example").load() is None


def refresh_token_of(client: Client) -> str:
    token = client._engine._tokens.load()
    assert token
    return token


def end_logins() -> None:
    for login in db.session.scalars(select(LoginSession)):
        db.session.delete(login)
    db.session.commit()
