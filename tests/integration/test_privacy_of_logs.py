"""A whole story against the started service: no line says who did what with which photo."""

import base64
import json
import socket
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import requests
from flask import Flask
from sqlalchemy import create_engine, text

from cnn_model.data.synthetic import jpeg, skin_photo
from tests.database import remove_all_rows
from tests.keys import KEY
from tests.service import Service, on_new_data
from utils.security_events import SecurityEvent

pytestmark = pytest.mark.slow

PERSON = {
    "email": "anna.markerberg@example.com",
    "password": "marker zebra tulip ocean",
    "first_name": "Annamarker",
    "last_name": "O'Markerberg",
}
STAFF = {"email": "staff.marker@example.com", "password": "marker violet castle rain"}
HEADERS = {
    "User-Agent": "MarkerAgent/1.0 \x9b31m",
    "X-Request-ID": "marker-request-id",
    "X-Forwarded-For": "203.0.113.77",
    "Cookie": "marker=cookie",
    "Referer": "http://marker.example/",
}
PHOTO = jpeg(skin_photo())
ENCODED = base64.b64encode(PHOTO).decode()
INJECTION = 'marker\x1b[31m-injected\r\n{"event": "marker"}\u2028'
HOSTILE = (
    b"\0marker\x1b[31m\r\n\r\n",
    b"MARKER /api/v1/user HTTP/1.1\r\nHost: marker\r\n\r\n",
    b"GET /marker\x1b[2J HTTP/1.1\r\nHost: marker\r\n\r\n",
    b"GET /" + b"marker" * 2000 + b" HTTP/1.1\r\nHost: marker\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"marker" * 8000 + b"\r\n\r\n",
    b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nX-Marker\x1b: marker\r\n\r\n",
    b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: marker\r\n\r\n",
    b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n",
)
# The sweep, a command of the operator and a failure of the service cause the others.
NOT_IN_THE_STORY = {
    SecurityEvent.SESSION_EXPIRED,
    SecurityEvent.ROLE_CHANGED,
    SecurityEvent.CRASH,
}


class Client:
    """Sends requests with hostile headers, and remembers what must not be logged."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.secrets = {KEY, ENCODED[:60], ENCODED[-60:]}
        self.ids: set[str] = set()

    def call(self, method: str, path: str, token: str = "", **options: Any) -> requests.Response:
        key = {"Idempotency-Key": f"marker-key-{uuid4()}"}
        headers = HEADERS | key | ({"Authorization": f"Bearer {token}"} if token else {})
        url = f"{self.service.root}/api/v1{path}"
        answer = requests.request(method, url, headers=headers, timeout=30, **options)
        self.ids.add(answer.headers["X-Request-ID"])
        return answer

    def tokens(self, path: str, body: object, token: str = "") -> dict[str, Any]:
        answer = self.call("POST", path, token, json=body)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        self.secrets |= {found["token"], found["refresh_token"]}
        return found

    def raw(self, request: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=10) as connection:
            connection.sendall(request)
            head = connection.recv(65536).partition(b"\r\n\r\n")[0].decode().lower()
        self.ids.add(head.partition("x-request-id: ")[2][:32])


@pytest.fixture(scope="module")
def story(migrated_app: Flask, database_url: str) -> Iterator[tuple[list[str], Client]]:
    """Return what the service printed, and the client that it served."""
    for service in on_new_data():
        service.start(
            WORKERS="1", LOG_LEVEL="debug", APP_ENV="production", JWT_KEYS=f"1:{KEY}",
            DATABASE_URL=database_url,
        )  # fmt: skip
        service.wait_until_ready()
        client = Client(service)
        use_the_account(client)
        check = upload(client)
        work_as_staff(client, database_url, check)
        attack(client)
        leave(client)
        yield service.stop().splitlines(), client
    remove_all_rows(migrated_app)


def use_the_account(client: Client) -> None:
    client.tokens("/register", PERSON)
    login = {"email": PERSON["email"], "password": PERSON["password"]}
    client.call("POST", "/login", json={**login, "password": "marker of a wrong password"})
    first = client.tokens("/login", login)
    second = client.tokens("/token/refresh", {"refresh_token": first["refresh_token"]})
    client.tokens("/token/refresh", {"refresh_token": second["refresh_token"]})
    reused = client.call("POST", "/token/refresh", json={"refresh_token": first["refresh_token"]})
    assert reused.status_code == 401
    token = client.tokens("/login", login)["token"]
    change = {"old_password": "marker old password", "new_password": "marker nine purple boats"}
    assert client.call("POST", "/user/change-password", token, json=change).status_code == 401
    change["old_password"] = PERSON["password"]
    PERSON["password"] = change["new_password"]
    client.tokens("/user/change-password", change, token)


def upload(client: Client) -> str:
    """Return the id of a check that was uploaded, beside others that were refused or deleted."""
    login = {"email": PERSON["email"], "password": PERSON["password"]}
    token = client.tokens("/login", login)["token"]
    body = {"photo": ENCODED, "age": 77, "sex": "female", "body_site": "scalp"}
    check = str(client.call("POST", "/user/checks", token, json=body).json()["id"])
    for refused in (
        {"json": {"photo": ENCODED[:400], "marker_field": 1}},
        {"json": {"photo": ENCODED[:400]}},
        {"files": {"photo": ("markername.jpg", b"marker of a photo")}},
        {"files": {"marker\u2028field": ("markername.jpg", PHOTO)}},
        {"data": INJECTION.encode()},
    ):
        answer = client.call("POST", "/user/checks", token, **refused)
        assert 400 <= answer.status_code < 500
    for path in ("/user", f"/user/checks/{check}", "/user/checks?cursor=marker", "/admin/users"):
        client.call("GET", path, token)
    client.call("POST", "/logout", token)
    return check


def work_as_staff(client: Client, database_url: str, check: str) -> None:
    token = client.tokens("/register", STAFF)["token"]

    def become(role: str) -> None:
        engine = create_engine(database_url)
        with engine.begin() as connection:
            of = {"role": role, "email": STAFF["email"]}
            connection.execute(text("UPDATE users SET role = :role WHERE email = :email"), of)
        engine.dispose()

    become("doctor")
    assert client.call("GET", f"/user/checks/{check}/photo", token).ok
    become("admin")
    assert client.call("GET", "/admin/users", token).ok
    assert client.call("PUT", f"/admin/checks/{check}/malignant", token).ok


def attack(client: Client) -> None:
    for request in HOSTILE:
        client.raw(request)
    client.call("GET", f"/marker-path/{PERSON['email']}?token=marker")
    client.call("POST", "/logout", "marker.invalid.token")
    client.call("POST", "/token/refresh", json={"refresh_token": "marker"})
    client.call("POST", "/register", json={"email": INJECTION, "password": INJECTION})
    guess = {"email": "marker.nobody@example.com", "password": "marker guess"}
    statuses = [client.call("POST", "/login", json=guess).status_code for _ in range(12)]
    assert statuses[-1] == 429


def leave(client: Client) -> None:
    login = {"email": PERSON["email"], "password": PERSON["password"]}
    token = client.tokens("/login", login)["token"]
    [check] = client.service.checks(token)
    assert client.call("DELETE", f"/user/checks/{check}/delete", token).status_code == 204
    assert client.call("DELETE", "/user/delete", token).status_code == 204


def test_every_line_is_json(story: tuple[list[str], Client]) -> None:
    assert len(story[0]) > 50
    for line in story[0]:
        assert line.startswith("{"), line
        assert line.isprintable()
        assert {"time", "level", "logger", "line", "event"} <= set(json.loads(line))


def test_no_line_has_anything_private(story: tuple[list[str], Client]) -> None:
    output = "\n".join(story[0]).lower()
    addresses = ("127.0.0.1", "203.0.113")
    health = ("melanoma", "malignant", "benign", "scalp", "female")
    for private in (*story[1].secrets, *addresses, *health, "marker", "berg", "violet"):
        assert private.lower() not in output, private


def test_every_event_is_logged(story: tuple[list[str], Client]) -> None:
    found = [json.loads(line) for line in story[0]]
    events = {line["event"] for line in found if line.get("category") == "security"}
    assert events == set(SecurityEvent) - NOT_IN_THE_STORY


def test_every_request_has_one_line(story: tuple[list[str], Client]) -> None:
    """Also those that the server refuses before the application gets them."""
    found = [json.loads(line) for line in story[0]]
    ids = [line["request_id"] for line in found if line["event"] == "request"]
    assert len(ids) == len(set(ids))
    assert story[1].ids <= set(ids)


def test_the_story_can_be_followed(story: tuple[list[str], Client]) -> None:
    found = [json.loads(line) for line in story[0]]
    requests_ = [line for line in found if line["event"] == "request"]
    one = next(line for line in requests_ if line.get("route") == "/api/v1/user/checks/<check_id>")
    assert one["status"] == 200
    assert set(one) >= {"request_id", "method", "ms", "bytes"}
    [read] = [line for line in found if line["event"] == "sensitive_read"]
    assert read["subject"] == one["user_id"] != read["user_id"]
    [erased] = [line for line in found if line["event"] == "user_deleted"]
    assert erased["subject"] == erased["user_id"] == one["user_id"]
    refused = {line["problem"] for line in requests_ if "method" not in line}
    assert refused == {"bad-request", "content-too-large", "header-too-large"}
    assert {line["method"] for line in requests_ if "method" in line} >= {"GET", "POST", "other"}
