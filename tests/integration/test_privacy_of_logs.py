"""A whole story against the started service: no line says who did what with which photo."""

import base64
import json
from collections.abc import Iterator

import pytest
import requests

from cnn_model.data.synthetic import jpeg, skin_photo
from tests.keys import KEY
from tests.service import Service, on_new_data

pytestmark = pytest.mark.slow

PERSON = {
    "email": "anna.markerberg@example.com",
    "password": "marker zebra tulip ocean",
    "first_name": "Annamarker",
    "last_name": "O'Markerberg",
}
AGENT = "MarkerAgent/1.0"
IDEMPOTENCY_KEY = "marker-key-4711"
PHOTO = jpeg(skin_photo())
INJECTION = "marker\x1b[31m-injected"


@pytest.fixture(scope="module")
def lines(database_url: str) -> Iterator[tuple[list[str], set[str]]]:
    """Return what the service printed, and the tokens that it issued."""
    for service in on_new_data():
        service.start(
            WORKERS="1", LOG_LEVEL="debug", APP_ENV="production", JWT_KEYS=f"1:{KEY}",
            DATABASE_URL=database_url,
        )  # fmt: skip
        service.wait_until_ready()
        secrets = story(service)
        yield service.stop().splitlines(), secrets


def story(service: Service) -> set[str]:
    registered = service.post("/register", json=PERSON).json()
    login = {"email": PERSON["email"], "password": PERSON["password"]}
    service.post("/login", json={**login, "password": "marker of a wrong password"})
    service.post("/login", json={"email": "marker.nobody@example.com", "password": "x"})
    tokens = service.post("/login", json=login).json()
    renewed = service.post("/token/refresh", json={"refresh_token": tokens["refresh_token"]}).json()
    service.post("/token/refresh", json={"refresh_token": tokens["refresh_token"]})
    token = renewed["token"]
    service.post("/user/checks", token, files={"photo": ("markername.jpg", PHOTO)})
    encoded = base64.b64encode(PHOTO).decode()
    body = {"photo": encoded, "age": 77, "sex": "female", "body_site": "scalp"}
    service.post("/user/checks", token, json=body)
    service.post("/user/checks", token, json={"photo": encoded[:400], "marker_field": 1})
    service.post("/user/checks", token, json={"photo": encoded[:400]})
    service.post("/register", data=INJECTION.encode())
    headers = {
        "Authorization": f"Bearer {token}",
        "User-Agent": AGENT,
        "Idempotency-Key": IDEMPOTENCY_KEY,
        "X-Request-ID": "marker-request-id",
        "X-Forwarded-For": "203.0.113.77",
    }
    for path in ("/user", "/admin/users", "/user/checks?cursor=marker-cursor", "/marker-path"):
        requests.get(f"{service.root}/api/v1{path}", headers=headers, timeout=30)
    service.post("/user/change-password", token, json={"old_password": "marker old password",
                 "new_password": "marker new password of words"})  # fmt: skip
    service.post("/logout", "marker.invalid.token")
    requests.delete(f"{service.root}/api/v1/user/delete", headers=headers, timeout=30)
    return {
        *(str(answer[name]) for answer in (registered, tokens, renewed)
          for name in ("token", "refresh_token")),
        encoded[:60],
        KEY,
    }  # fmt: skip


def test_every_line_is_json(lines: tuple[list[str], set[str]]) -> None:
    assert len(lines[0]) > 20
    for line in lines[0]:
        assert line.startswith("{"), line
        assert {"time", "level", "logger", "line", "event"} <= set(json.loads(line))


def test_no_line_has_anything_private(lines: tuple[list[str], set[str]]) -> None:
    text = "\n".join(lines[0]).lower()
    for private in (*lines[1], "marker", "127.0.0.1", "203.0.113", "berg", "melanoma", "scalp"):
        assert private.lower() not in text, private
    assert "\x1b" not in text


def test_the_story_can_be_followed(lines: tuple[list[str], set[str]]) -> None:
    found = [json.loads(line) for line in lines[0]]
    events = {line["event"] for line in found if line.get("category") == "security"}
    assert events == {
        "sys_startup",
        "user_created",
        "authn_login_fail",
        "authn_login_success",
        "upload_validation",
        "input_validation_fail",
        "authz_fail",
        "authn_password_change_fail",
        "authn_token_refused",
        "user_deleted",
        "sys_shutdown",
    }
    upload = next(line for line in found if line.get("route") == "/api/v1/user/checks"
                  and line.get("status") == 201)  # fmt: skip
    assert set(upload) >= {"request_id", "method", "ms", "bytes", "user_id"}
    assert upload["user_id"] in {line.get("subject") for line in found}
