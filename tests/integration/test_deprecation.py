"""What goes away says so, for two years at least, and names what replaces it."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from flask import Flask

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import API_PREFIX, Role
from models import Check, User
from resources.first_version import SINCE, SUNSET
from resources.openapi import openapi_document
from tests.assertions import assert_problem, ok
from tests.client import Client
from tests.database import count
from tests.factories import make_user

NAMES = ("Deprecation", "Sunset", "Link")
DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture
def paths(app: Flask, user: Client) -> dict[str, tuple[Client, str]]:
    """Who deletes what where, by the table that it is deleted from."""
    check = ok(user.upload(jpeg(skin_photo())))["id"]
    admin = Client(app, make_user(role=Role.ADMIN))
    return {
        "check": (user, f"/user/checks/{check}"),
        "account": (user, "/user"),
        "user": (admin, f"/admin/users/{make_user().id}"),
    }


@pytest.mark.parametrize("what", ["check", "account", "user"])
@pytest.mark.parametrize("suffix", ["", "/delete"])
def test_both_addresses_delete(
    paths: dict[str, tuple[Client, str]], what: str, suffix: str
) -> None:
    client, path = paths[what]
    table = Check if what == "check" else User
    before = count(table)
    answer = client.delete(path + suffix)
    assert answer.status_code == 204
    assert count(table) == before - 1
    assert {name for name in NAMES if name in answer.headers} == (set(NAMES) if suffix else set())
    if suffix:
        successor = f'<{API_PREFIX}{path}>; rel="successor-version"'
        assert answer.headers["Link"] == successor
        sunset = parsedate_to_datetime(answer.headers["Sunset"])
        since = datetime.fromtimestamp(int(answer.headers["Deprecation"].removeprefix("@")), UTC)
        assert (f"{since:%F}", f"{sunset:%F}") == (SINCE, SUNSET)


def test_it_is_for_two_years_at_least() -> None:
    since, sunset = (datetime.fromisoformat(text) for text in (SINCE, SUNSET))
    assert sunset - since > timedelta(days=2 * 365)
    assert sunset >= datetime(2028, 12, 31)


def test_errors_say_so_too(user: Client) -> None:
    answer = Client(user.app).delete("/user/delete")
    assert_problem(answer, 401, "not-authenticated")
    assert all(name in answer.headers for name in NAMES)


def test_the_documents_say_so(app: Flask) -> None:
    marked = {
        f"{method.upper()} {path}"
        for path, methods in openapi_document(app)["paths"].items()
        for method, operation in methods.items()
        if method != "parameters" and operation.get("deprecated")
    }
    replaced = ("/user", "/user/checks/{check_id}", "/admin/users/{user_id}")
    assert marked == {f"DELETE {API_PREFIX}{path}/delete" for path in replaced}
    text = DOCUMENT.read_text()
    assert text.count("[Deprecated](#versions)") == 3
    since = datetime.fromisoformat(SINCE).replace(tzinfo=UTC)
    assert f"Deprecation: @{int(since.timestamp())}`" in text
