"""The examples in the document of the API: a story of requests with its real answers.

`python -m tests.examples` writes them, with the bundled model.
"""

import json
import re
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app, migrate_database
from cnn_model.data.synthetic import skin_photo
from cnn_model.serving.description import BUNDLED, NAME
from config import read_settings
from constants import API_PREFIX as API
from constants import Role
from resources.openapi import EXAMPLES
from services.embedded_postgres import embedded_postgres
from tests.client import access_token
from tests.factories import make_user
from tests.keys import KEY, KEY_ID

PERSON = {"email": "ada@example.com", "password": "four random words", "first_name": "Ada"}
# What differs between two runs, and what stands for it.
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
REPLACED = {
    "created_at": "2026-11-26T10:00:00.000000+00:00",
    "last_used_at": "2026-11-26T10:00:00.000000+00:00",
    "expires_at": "2026-12-26T10:00:00.000000+00:00",
    "token": "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2lnbmF0dXJl",
    "refresh_token": "MDEyMzQ1Njc4OWFiY2RlZg.c2VjcmV0",
    "next_cursor": "MjAyNi0xMS0yNlQxMDowMDowMCswMDowMCAwMDAw",
    "request_id": "0c1d2e3f405162738495a6b7c8d9eaf0",
}
ADMIN = Role.ADMIN
SAME_ID = "5b51a3c4-93f7-4e56-8d2b-0f6a1c7e9d20"


def photo() -> str:
    """A drawn photo in base64, as small as the model can assess."""
    file = BytesIO()
    skin_photo((200, 200), seed=3).save(file, "JPEG", quality=60)
    return b64encode(file.getvalue()).decode()


class Story:
    """Sends requests, and keeps what is said by the id of the operation and the status."""

    def __init__(self, app: Flask) -> None:
        self.http = app.test_client()
        self.headers: dict[str, str] = {}
        self.examples: dict[str, dict[str, Any]] = {}

    def tell(self, name: str, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.open(path, method=method, json=body, headers=self.headers)
        example = self.examples.setdefault(name, {})
        if body and answer.status_code < 400:
            example["request"] = body
        if answer.data:
            example[str(answer.status_code)] = same(json.loads(answer.data))
        return json.loads(answer.data or "null")

    def log_in(self, tokens: Any) -> None:
        self.headers = {"Authorization": f"Bearer {tokens['token']}"}


def story(app: Flask) -> dict[str, dict[str, Any]]:
    """The examples of the operations with JSON in their requests or answers."""
    told = Story(app)
    told.tell("getLiveness", "GET", "/health/live")
    told.tell("getReadiness", "GET", "/health/ready")
    told.tell("getModel", "GET", f"{API}/model")
    told.tell("getProfile", "GET", f"{API}/user")
    told.tell("register", "POST", f"{API}/register", PERSON)
    told.tell("register", "POST", f"{API}/register", PERSON)
    credentials = {name: PERSON[name] for name in ("email", "password")}
    tokens = told.tell("login", "POST", f"{API}/login", credentials)
    told.tell("login", "POST", f"{API}/login", {**credentials, "password": "another password"})
    refresh = {"refresh_token": tokens["refresh_token"]}
    told.log_in(told.tell("refreshTokens", "POST", f"{API}/token/refresh", refresh))
    told.examples["refreshTokens"]["request"] = same(refresh)
    _upload(told)
    change = {"old_password": PERSON["password"], "new_password": "four other words"}
    told.log_in(told.tell("changePassword", "POST", f"{API}/user/change-password", change))
    told.tell("getProfile", "GET", f"{API}/user")
    told.tell("listSessions", "GET", f"{API}/user/sessions")
    _administrate(told, app)
    return dict(sorted(told.examples.items()))


def _upload(told: Story) -> None:
    checks = f"{API}/user/checks"
    upload = {"photo": photo(), "age": 61, "body_site": "back"}
    check = told.tell("createCheck", "POST", checks, upload)
    told.tell("createCheck", "POST", checks, {"age": 200})
    told.tell("getCheck", "GET", f"{checks}/{check['id']}")
    told.tell("getCheckHeatmap", "GET", f"{checks}/{check['id']}/heatmap?format=json")
    told.tell("listChecks", "GET", checks)
    told.tell("getCheck", "GET", f"{checks}/{SAME_ID}")


def _administrate(told: Story, app: Flask) -> None:
    users, check = f"{API}/admin/users", told.tell("listChecks", "GET", f"{API}/user/checks")
    told.tell("listUsers", "GET", users)
    with app.app_context():
        told.log_in({"token": access_token(app, make_user(email="admin@example.com", role=ADMIN))})
    user = told.tell("listUsers", "GET", users)["users"][1]
    told.tell("getUser", "GET", f"{users}/{user['id']}")
    told.tell("changeUser", "PATCH", f"{users}/{user['id']}", {"role": "doctor"})
    told.tell("listAllChecks", "GET", f"{API}/admin/checks?reviewed=false")
    review = f"{API}/admin/checks/{check['checks'][0]['id']}/benign"
    told.tell("reviewCheck", "PUT", review)


def same(value: Any, name: str = "") -> Any:
    """The value, with what differs between two runs replaced."""
    if isinstance(value, dict):
        return {key: same(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [same(inner, name) for inner in value]
    if value is not None and name in REPLACED:
        return REPLACED[name]
    return ID.sub(SAME_ID, value) if isinstance(value, str) else value


@contextmanager
def service(folder: Path, database_url: str) -> Iterator[Flask]:
    """The service with the bundled model, on a database of its own."""
    settings = read_settings(
        {
            "APP_ENV": "testing",
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder / "data"),
            "TEMP_DIR": str(folder / "temp"),
            "JWT_KEYS": f"{KEY_ID}:{KEY}",
            "NETWORK_FILE": str(BUNDLED / f"{NAME}.tflite"),
        }
    )
    app = create_app(settings)
    migrate_database(app)
    yield app


def write() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with (
            embedded_postgres(folder / "postgres", durable=False) as server,
            service(folder, server.url) as app,
        ):
            told = story(app)
    EXAMPLES.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write()
