"""What schemathesis must know of this service: its strings, and how to be somebody.

`ROLE` is whom the requests come from: user, doctor, admin or nobody. For an administrator or a
doctor, `PROMOTE` is the command that gives an address this role.
"""

import os
import secrets
import shlex
import subprocess
from base64 import b64decode, b64encode
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
from hypothesis import strategies as st
from PIL import Image
from schemathesis.specs.openapi.checks import negative_data_rejection
from schemathesis.transport.serialization import Binary

from cnn_model.data.synthetic import skin_photo

API = "/api/v1"
KEY_HEADER = "Idempotency-Key"
PASSWORD = "four random words"
# Operations that end the login or the account of the request.
LAST = {
    *("logout", "logoutAll", "changePassword", "endSession"),
    *("deleteAccount", "deleteAccountFirstVersion"),
}


def jpeg(size: tuple[int, int]) -> bytes:
    file = BytesIO()
    photo: Image.Image = skin_photo(size)
    photo.save(file, "JPEG")
    return file.getvalue()


FILES = [jpeg(size) for size in ((240, 180), (200, 200), (190, 300))]
PHOTOS = [b64encode(file).decode() for file in FILES]
CURSORS = [
    b64encode(f"2026-01-01T00:00:00+00:00 {number:032x}".encode()).decode() for number in range(3)
]
schemathesis.openapi.format("photo", st.sampled_from(PHOTOS))
schemathesis.openapi.format("cursor", st.sampled_from(CURSORS))
schemathesis.openapi.format("email", st.uuids().map(lambda name: f"{name.hex}@example.com"))
schemathesis.openapi.format("new-password", st.uuids().map(str))
schemathesis.openapi.format("password", st.just(PASSWORD))
schemathesis.openapi.format("region", st.sampled_from(["0.5,0.5,0.8", "0.4,0.6,0.9", ".5,1,1"]))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Make what was drawn fit together: a photo that is one, its digest, and a new key."""
    if not case.meta.generation.mode.is_positive:
        return
    if isinstance(case.body, dict) and "photo" in case.body:
        fit(case.body, is_form="multipart" in str(case.media_type))
    for item in case.body.get("photos", []) if isinstance(case.body, dict) else []:
        fit(item, is_form=False)
    if KEY_HEADER in (case.headers or {}):
        case.headers[KEY_HEADER] = secrets.token_hex(16)
    if "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = "*"
    # schemathesis would judge what was changed anew, and takes no file for a string.
    case._record_starting_state()


@schemathesis.check
def refuses_invalid_photos(context: Any, response: Any, case: Any) -> bool | None:
    """Compare the outcomes of a batch: an invalid photo is refused in an answer with 200."""
    # The schema cannot say so: to schemathesis, the status alone tells what was accepted.
    if case.operation.definition.raw["operationId"] != "createChecks":
        return None
    if response.status_code == 200 and any(r["problem"] for r in response.json()["results"]):
        return None
    return negative_data_rejection(context, response, case)


def fit(body: dict[str, Any], *, is_form: bool) -> None:
    if is_form:
        file = Binary(FILES[0])
        is_batch = isinstance(body["photo"], list)
        body["photo"] = [file] * len(body["photo"]) if is_batch else file
    if "photo_sha256" in body:
        content = FILES[0] if is_form else b64decode(body["photo"])
        body["photo_sha256"] = sha256(content).hexdigest()


class Person:
    """Somebody with an access token at the service under test."""

    def __init__(self, base: str, role: str) -> None:
        credentials = {"email": f"{secrets.token_hex(8)}@example.com", "password": PASSWORD}
        self.token = _token(f"{base}{API}/register", credentials)
        if role != "user":
            promote = [*shlex.split(os.environ["PROMOTE"]), credentials["email"], role]
            subprocess.run(promote, check=True, timeout=120)
            # A new role ends all logins.
            self.token = _token(f"{base}{API}/login", credentials)


def _token(address: str, credentials: dict[str, str]) -> str:
    answer = requests.post(address, json=credentials, timeout=60)
    answer.raise_for_status()
    return str(answer.json()["token"])


_tokens: dict[str, str] = {}


@schemathesis.auth(refresh_interval=None)
class Login:
    """Requests come from one person; those that end a login from another, as long as it lives."""

    def get(self, case: Any, context: Any) -> str | None:
        role = os.environ.get("ROLE", "user")
        if role == "nobody":
            return None
        parts = urlsplit(context.operation.base_url)
        base = f"{parts.scheme}://{parts.netloc}"
        if context.operation.definition.raw["operationId"] not in LAST:
            return _tokens.get(role) or _tokens.setdefault(role, Person(base, role).token)
        if "last" not in _tokens or not _is_alive(base, _tokens["last"]):
            _tokens["last"] = Person(base, "user").token
        return _tokens["last"]

    def set(self, case: Any, data: str | None, context: Any) -> None:
        if data:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


def _is_alive(base: str, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{base}{API}/user", headers=headers, timeout=60).ok
