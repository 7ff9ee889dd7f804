"""Requests as somebody."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pybase64
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from models import User

API = "/api/v1"


class Client:
    """A person with an access token; addresses are those below `/api/v1`."""

    def __init__(self, app: Flask, user: User | None = None) -> None:
        self.app, self.user = app, user
        self.http = app.test_client()
        self.headers: dict[str, str] = {}
        if user:
            self.headers["Authorization"] = f"Bearer {access_token(app, user)}"

    def request(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {**self.headers, **options.pop("headers", {})}
        path = path if path.startswith(API) else f"{API}{path}"
        return self.http.open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.request("POST", path, json=json, **options)

    def put(self, path: str, **options: Any) -> TestResponse:
        return self.request("PUT", path, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.request("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.request("DELETE", path, **options)

    def upload(
        self, photo: bytes, context: Mapping[str, Any] | None = None, **options: Any
    ) -> TestResponse:
        """A photo in base64, in JSON, with its context."""
        body = {"photo": pybase64.b64encode(photo).decode(), **(context or {})}
        return self.post("/user/checks", body, **options)

    def upload_file(
        self,
        photo: bytes,
        name: str = "photo.jpg",
        context: Mapping[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        """A photo as a file of a form, with its context."""
        file = FileStorage(BytesIO(photo), name, content_type="application/octet-stream")
        boundary, body = encode_multipart({"photo": file, **(context or {})})
        content_type = f'multipart/form-data; boundary="{boundary}"'
        return self.request("POST", "/user/checks", data=body, content_type=content_type, **options)


def access_token(app: Flask, user: User) -> str:
    from db import unit_of_work

    with unit_of_work() as session:
        tokens = app.extensions["managers"].tokens.issue(session, user)
        session.commit()
    return str(tokens.token)
