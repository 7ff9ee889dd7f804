"""Pages of other origins, in browsers."""

from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from config import Settings, SettingsError, read_settings
from resources.cors import EXPOSED
from tests.client import Client
from tests.factories import make_user

OWN, SECOND = "https://app.example.com", "http://localhost:5173"
OTHERS = (
    *("https://evil.example", "null", "http://app.example.com", "https://app.example.com:8443"),
    *(
        "https://app.example.com.evil.example",
        "https://sub.app.example.com",
        "https://app-example.com",
    ),
)
CORS = "Access-Control-"


@pytest.fixture(params=[(OWN,), (OWN, SECOND)], ids=["one", "two"])
def client(app: Flask, settings: Settings, request: pytest.FixtureRequest) -> Client:
    return Client(create_app(replace(settings, cors_origins=request.param)), make_user())


def preflight(client: Client, origin: str, method: str = "POST", headers: str = "") -> TestResponse:
    asked = {"Origin": origin, f"{CORS}Request-Method": method, f"{CORS}Request-Headers": headers}
    return Client(client.app).request("OPTIONS", "/user/checks", headers=asked)


def cors_headers(answer: TestResponse) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name.startswith(CORS)}


def test_a_page_of_the_origin_is_answered(client: Client) -> None:
    for path, status in (("/user", 200), ("/user/checks/x", 404)):
        answer = client.get(path, headers={"Origin": OWN})
        assert answer.status_code == status
        assert answer.headers[f"{CORS}Allow-Origin"] == OWN
        assert set(answer.headers[f"{CORS}Expose-Headers"].split(", ")) == set(EXPOSED)
        assert f"{CORS}Allow-Credentials" not in answer.headers
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_preflight_needs_no_token(client: Client, method: str) -> None:
    wanted = "authorization,content-type,idempotency-key,if-match,if-none-match,content-digest"
    answer = preflight(client, OWN, method, wanted)
    assert answer.status_code == 204
    assert answer.data == b""
    assert answer.headers[f"{CORS}Allow-Origin"] == OWN
    assert method in answer.headers[f"{CORS}Allow-Methods"].split(", ")
    assert set(answer.headers[f"{CORS}Allow-Headers"].split(", ")) == set(wanted.split(","))
    assert int(answer.headers[f"{CORS}Max-Age"]) > 0


def test_other_headers_and_methods_are_not_allowed(client: Client) -> None:
    answer = preflight(client, OWN, headers="content-type, x-other")
    assert answer.headers[f"{CORS}Allow-Headers"] == "content-type"
    assert f"{CORS}Allow-Methods" not in preflight(client, OWN, "TRACE").headers


@pytest.mark.parametrize("origin", OTHERS)
def test_other_origins_are_refused(client: Client, origin: str) -> None:
    for answer in (preflight(client, origin), client.get("/user", headers={"Origin": origin})):
        assert cors_headers(answer) == {}
        assert "Origin" in answer.headers["Vary"]


def test_a_request_of_no_page_has_no_such_headers(client: Client) -> None:
    assert cors_headers(client.get("/user")) == {}


@pytest.mark.parametrize("origin", [OWN, "null", "https://evil.example"])
def test_by_default_no_page_may(user: Client, origin: str) -> None:
    assert cors_headers(user.get("/user", headers={"Origin": origin})) == {}
    assert cors_headers(preflight(user, origin)) == {}


@pytest.mark.parametrize(
    "origins",
    ["*", "null", "app.example.com", f"{OWN}/", f"{OWN}/path", "https://*.example.com", "file://x"],
)
def test_only_origins_can_be_set(origins: str) -> None:
    with pytest.raises(SettingsError, match="CORS_ORIGINS must be origins"):
        read_settings({"CORS_ORIGINS": f"{OWN}, {origins}"})


def test_several_origins_can_be_set() -> None:
    settings = read_settings({"CORS_ORIGINS": f"{OWN} ,{SECOND.upper()}"})
    assert settings.cors_origins == (OWN, SECOND)
