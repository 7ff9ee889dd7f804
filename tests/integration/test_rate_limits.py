"""Guessing and floods are slowed down, and nobody is locked out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from typing import Any

import pytest
from flask import Flask
from limits import parse_many
from limits.storage import MemoryStorage, Storage
from sqlalchemy import text, update
from werkzeug.test import TestResponse

from app import create_app
from cnn_model.data.synthetic import jpeg, skin_photo
from config import Settings
from constants import API_PREFIX
from db import db, unit_of_work
from managers.rate_limit import Limit, RateLimitManager, network_of
from models import RateLimit
from services.rate_limit_storage import PostgresRateLimitStorage
from tests.client import Client
from tests.factories import make_user

PASSWORD = "four random words"
OWNER, ATTACKER = "203.0.113.1", "198.51.100.7"
Limited = Callable[..., Flask]


@pytest.fixture
def limited(app: Flask, settings: Settings) -> Limited:
    """Return a function that makes a service with these limits, and no others."""

    def make(**limits: str) -> Flask:
        values: dict[str, Any] = {f"rate_limit_{limit}": () for limit in Limit}
        values |= {f"rate_limit_{name}": tuple(parse_many(item)) for name, item in limits.items()}
        return create_app(replace(settings, rate_limits_enabled=True, **values))

    return make


def login(service: Flask, email: str, password: str, address: str = OWNER) -> TestResponse:
    return service.test_client().post(
        f"{API_PREFIX}/login",
        json={"email": email, "password": password},
        environ_base={"REMOTE_ADDR": address},
    )


def pass_time() -> None:
    """End all windows."""
    with unit_of_work() as session:
        session.execute(update(RateLimit).values(expires_at=text("now() - interval '1 second'")))
        session.commit()


def test_guesses_are_slowed_and_the_owner_gets_in(limited: Limited) -> None:
    service, user = limited(guess="5 per minute", stranger_guess="20 per minute"), make_user()
    assert login(service, user.email, PASSWORD).status_code == 201
    statuses = [
        login(service, user.email, f"guess {number}", f"198.51.100.{number % 20}").status_code
        for number in range(100)
    ]
    # The first login of the owner was that of a stranger.
    assert statuses[:19] == [401] * 19
    assert set(statuses[19:]) == {429}
    # Another address that the owner uses for the first time has to wait, and a known one has not.
    assert login(service, user.email, PASSWORD, "192.0.2.9").status_code == 429
    assert login(service, user.email, PASSWORD).status_code == 201
    pass_time()
    assert login(service, user.email, PASSWORD, "192.0.2.9").status_code == 201


def test_an_address_that_guesses_has_to_wait(limited: Limited) -> None:
    service, user = limited(guess="5 per minute"), make_user()
    for _ in range(5):
        assert login(service, user.email, "wrong password", ATTACKER).status_code == 401
    refused = login(service, user.email, PASSWORD, ATTACKER)
    assert refused.status_code == 429
    assert refused.json is not None
    assert refused.json["type"] == "/problems/too-many-requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Retry-After"] in refused.json["detail"]
    assert refused.headers["Cache-Control"] == "no-store"
    assert login(service, user.email, PASSWORD).status_code == 201
    pass_time()
    assert login(service, user.email, PASSWORD, ATTACKER).status_code == 201


def test_logins_that_succeed_are_not_counted_as_guesses(limited: Limited) -> None:
    service, user = limited(guess="2 per minute"), make_user()
    for _ in range(4):
        assert login(service, user.email, "wrong password").status_code == 401
        assert login(service, user.email, PASSWORD).status_code == 201


def test_an_account_that_does_not_exist_is_treated_alike(limited: Limited) -> None:
    service, user = limited(guess="3 per minute"), make_user()
    found = [
        [login(service, email, "wrong password", ATTACKER).json for _ in range(4)]
        for email in (user.email, "nobody@example.com")
    ]
    varying = {"detail": "", "request_id": ""}
    details = [[{**(answer or {}), **varying} for answer in answers] for answers in found]
    assert details[0] == details[1]


@pytest.mark.parametrize(
    ("limit", "path", "body"),
    [
        ("login", "/login", {"email": "a@example.com", "password": "x"}),
        ("refresh", "/token/refresh", {"refresh_token": "x"}),
        ("register", "/register", {}),
    ],
)
def test_one_address_cannot_ask_for_ever(
    limited: Limited, limit: str, path: str, body: dict[str, str]
) -> None:
    http = limited(**{limit: "3 per minute"}).test_client()

    def ask(address: str) -> int:
        environment = {"REMOTE_ADDR": address}
        return http.post(f"{API_PREFIX}{path}", json=body, environ_base=environment).status_code

    assert 429 not in [ask("2001:db8::1") for _ in range(3)]
    # The rest of the household's network counts as the same address.
    assert ask("2001:db8::ffff") == 429
    assert ask("2001:db8:0:1::1") != 429


@pytest.mark.parametrize(("method", "path"), [("post", "change-password"), ("delete", "delete")])
def test_a_stolen_token_cannot_guess_the_password(limited: Limited, method: str, path: str) -> None:
    user = Client(limited(password="1 per minute"), make_user())
    body = {"old_password": "wrong password", "new_password": "four other random words"}
    assert user.post("/user/change-password", body).status_code == 401
    assert user.request(method.upper(), f"/user/{path}", json=body).status_code == 429


def test_uploads_have_a_number_and_a_size(limited: Limited) -> None:
    service = limited(upload="2 per day")
    user, other = Client(service, make_user()), Client(service, make_user())
    photo = jpeg(skin_photo())
    assert [user.upload(photo).status_code for _ in range(3)] == [201, 201, 429]
    assert other.upload(photo).status_code == 201
    assert user.get("/user/checks").status_code == 200
    heavy = Client(limited(upload_megabytes="3 per day"), make_user())
    statuses = [heavy.upload(bytes(1_400_000)).status_code for _ in range(2)]
    assert statuses == [422, 429]


def test_all_limits_can_be_turned_off(app: Flask) -> None:
    user = make_user()
    assert {login(app, user.email, "wrong password").status_code for _ in range(40)} == {401}
    with unit_of_work() as session:
        assert session.query(RateLimit).count() == 0


def test_every_limit_has_a_setting_with_a_default() -> None:
    settings = {item.name: item.metadata for item in fields(Settings)}
    for limit in Limit:
        metadata = settings[f"rate_limit_{limit}"]
        assert metadata["cast"](metadata["default"])


def test_the_table_has_no_addresses(limited: Limited) -> None:
    service, user = limited(guess="5 per minute", login="5 per minute"), make_user()
    login(service, user.email, PASSWORD)
    with unit_of_work() as session:
        keys = [row.key for row in session.query(RateLimit)]
    assert len(keys) == 2
    assert not any(OWNER in key or user.email in key for key in keys)


@pytest.fixture(params=["memory", "postgres"])
def storage(request: pytest.FixtureRequest, app: Flask) -> Storage:
    """Ours, and one of the library to compare it with."""
    return MemoryStorage() if request.param == "memory" else PostgresRateLimitStorage()


def test_the_storage_keeps_the_contract(storage: Storage) -> None:
    assert storage.check()
    assert storage.get("a") == 0
    assert [storage.incr("a", 60), storage.incr("a", 60, amount=3)] == [1, 4]
    assert storage.get("a") == 4
    assert storage.incr("b", 10) == 1
    assert 0 < storage.get_expiry("a") - storage.get_expiry("b") < 51
    storage.clear("a")
    assert (storage.get("a"), storage.get("b")) == (0, 1)
    storage.reset()
    assert storage.get("b") == 0


def test_a_window_that_has_ended_counts_from_the_start(app: Flask) -> None:
    storage = PostgresRateLimitStorage()
    storage.incr("a", 60, amount=5)
    pass_time()
    assert storage.get("a") == 0
    assert storage.incr("a", 60) == 1
    assert storage.get_expiry("a") > storage.get_expiry("b") + 50
    pass_time()
    app.extensions["managers"].rate_limits.remove_expired()
    with unit_of_work() as session:
        assert session.query(RateLimit).count() == 0


def test_connections_that_count_together_lose_nothing(app: Flask) -> None:
    storage = PostgresRateLimitStorage()

    def count(_: int) -> int:
        with app.app_context():
            return storage.incr("a", 60)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(count, range(100))) == list(range(1, 101))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.1", "203.0.113.1"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_an_address_of_ipv6_counts_as_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(("proxies", "statuses"), [(0, {401, 429}), (1, {401})])
def test_forwarded_addresses_are_believed_from_trusted_proxies_only(
    app: Flask, settings: Settings, proxies: int, statuses: set[int]
) -> None:
    service = create_app(replace(settings, rate_limits_enabled=True, trusted_proxies=proxies))
    user = make_user()
    found = {
        service.test_client()
        .post(
            f"{API_PREFIX}/login",
            json={"email": user.email, "password": "wrong password"},
            headers={"X-Forwarded-For": f"1.2.3.4, 203.0.113.{number}"},
        )
        .status_code
        for number in range(8)
    }
    assert found == statuses


def test_the_host_is_never_repeated(app: Flask, settings: Settings) -> None:
    strict = create_app(replace(settings, allowed_hosts=("api.example.com",)))
    for service, status in ((app, 200), (strict, 400)):
        answer = service.test_client().get("/health/live", headers={"Host": "evil.example"})
        assert answer.status_code == status
        assert "evil" not in answer.text + str(answer.headers)
        slashes = service.test_client().get("//health//live/", headers={"Host": "evil.example"})
        assert slashes.status_code in (400, 404)
        assert "evil" not in slashes.text + str(slashes.headers)
    assert strict.test_client().get("/health/live", base_url="http://api.example.com").json
    db.session.remove()


def test_a_storage_that_fails_keeps_nobody_out(app: Flask) -> None:
    class Failing(MemoryStorage):
        base_exceptions = ConnectionError

        def _fail(self, *_: object, **__: object) -> Any:
            raise ConnectionError

        incr = get = get_expiry = clear = _fail

    limits = {limit: tuple(parse_many("1 per minute")) for limit in Limit}
    manager = RateLimitManager(limits, Failing(), b"secret")
    for _ in range(3):
        manager.begin_login(OWNER, "user@example.com")
        manager.end_login(OWNER, "user@example.com")
