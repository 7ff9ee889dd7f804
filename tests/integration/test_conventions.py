"""Times, durations and units have one form in all answers (docs/api.md)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import Role
from resources.openapi import openapi_document
from tests.assertions import ok
from tests.client import Client
from tests.factories import PASSWORD, make_user

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
DATE = re.compile(r"\d{4}-\d\d-\d\d.*")
DURATIONS = ("_in", "retry_after")


def values(body: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """All values of a body with the names of their fields."""
    if isinstance(body, dict):
        for key, value in body.items():
            yield from values(value, key)
    elif isinstance(body, list):
        for value in body:
            yield from values(value, name)
    else:
        yield name, body


@pytest.fixture
def answers(app: Flask, user: Client) -> list[dict[str, Any]]:
    check = ok(user.upload(jpeg(skin_photo())))
    admin = Client(app, make_user(role=Role.ADMIN))
    person = {"email": "me@example.com", "password": PASSWORD}
    return [
        ok(Client(app).post("/register", person)),
        ok(admin.put(f"/admin/checks/{check['id']}/malignant")),
        ok(admin.get("/admin/users")),
        *(ok(user.get(path)) for path in ("/user", "/user/sessions", "/user/checks", "/model")),
    ]


def test_times_are_in_utc_and_named_alike(answers: list[dict[str, Any]]) -> None:
    times = set()
    for name, value in values(answers):
        if isinstance(value, str) and DATE.fullmatch(value) and "T" in value[:11]:
            times.add(name)
            assert TIME.fullmatch(value), value
            assert datetime.fromisoformat(value).utcoffset() == timedelta(0)
    assert times >= {"created_at", "last_used_at", "expires_at"}
    assert all(name.endswith("_at") for name in times)


def test_durations_are_whole_seconds(answers: list[dict[str, Any]]) -> None:
    found = {name: value for name, value in values(answers) if name.endswith(DURATIONS)}
    assert found
    assert all(isinstance(value, int) for value in found.values())


def test_the_document_says_the_same(app: Flask) -> None:
    properties = [
        (name, schema)
        for component in openapi_document(app)["components"]["schemas"].values()
        for name, schema in component.get("properties", {}).items()
    ]
    times = {name for name, schema in properties if schema.get("format") == "date-time"}
    assert times
    assert all(name.endswith("_at") for name in times)
    for name, schema in properties:
        if name.endswith(DURATIONS):
            assert "integer" in schema["type"], name
            assert "econds" in schema["description"], name
