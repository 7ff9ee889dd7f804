"""Which headers of a request are believed: those that trusted proxies set, and no others."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request
from limits import parse_many

from app import create_app
from config import Settings
from constants import API_PREFIX
from tests.assertions import assert_problem
from tests.client import Client
from tests.factories import make_user

FORWARDED = {
    "X-Forwarded-For": "192.0.2.66, 203.0.113.1, 203.0.113.2",
    "X-Forwarded-Proto": "ftp, https, https",
    "X-Forwarded-Host": "evil.example, evil.example",
    "X-Forwarded-Prefix": "/evil",
    "X-Real-IP": "192.0.2.66",
    "Forwarded": "for=192.0.2.66;host=evil.example",
}
PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "address", "scheme"),
    [
        (0, PROXY, "http"),
        (1, "203.0.113.2", "https"),
        (2, "203.0.113.1", "https"),
        (4, PROXY, "http"),
    ],
)
def test_the_set_number_of_proxies_is_believed(
    app: Flask, settings: Settings, proxies: int, address: str, scheme: str
) -> None:
    service = create_app(replace(settings, trusted_proxies=proxies))
    seen: list[Any] = []
    service.before_request(lambda: seen.append((request.remote_addr, request.url)))
    service.test_client().get(
        "/health/live", headers=FORWARDED, environ_base={"REMOTE_ADDR": PROXY}
    )
    assert seen == [(address, f"{scheme}://localhost/health/live")]


@pytest.mark.parametrize(("proxies", "statuses"), [(0, {401, 429}), (1, {401})])
def test_forwarded_addresses_are_believed_from_trusted_proxies_only(
    app: Flask, settings: Settings, proxies: int, statuses: set[int]
) -> None:
    limited = replace(
        settings, rate_limits_enabled=True, rate_limit_guess=tuple(parse_many("5 per minute"))
    )
    service = create_app(replace(limited, trusted_proxies=proxies))
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
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for proxies in (0, 1):
        http = create_app(replace(settings, trusted_proxies=proxies)).test_client()
        for path in ("/health/live", "//health//live/", "/health/live/", f"{API_PREFIX}//user"):
            answer = http.get(path, headers=evil)
            assert answer.status_code in (200, 404)
            assert "evil" not in answer.text + str(answer.headers)
    person = {"email": "user@example.com", "password": "four random words"}
    answer = app.test_client().post(f"{API_PREFIX}/register", json=person, headers=evil)
    assert answer.headers["Location"] == f"{API_PREFIX}/user"
    assert Client(app, make_user()).get("/user", headers=evil).status_code == 200


def test_other_hosts_can_be_refused(app: Flask, settings: Settings) -> None:
    hosts = ("api.example.com", ".example.org")
    strict = create_app(replace(settings, allowed_hosts=hosts, trusted_proxies=1)).test_client()
    for host in ("api.example.com", "api.example.com:8443", "any.example.org"):
        assert strict.get("/health/live", headers={"Host": host}).status_code == 200
    for host in ("evil.example", "api.example.com.evil.example", "", "a b"):
        # A client could set the other header itself: many proxies pass it on.
        headers = {"Host": host, "X-Forwarded-Host": "api.example.com"}
        answer = strict.get("/health/live", headers=headers)
        assert_problem(answer, 400, "bad-request")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "evil" not in answer.text
