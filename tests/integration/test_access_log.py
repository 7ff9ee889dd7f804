"""The lines of a request share an id and say who asked, for what, and how it went."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from structlog.contextvars import get_contextvars

from constants import Role
from managers.check import CheckManager
from tests.assertions import assert_problem
from tests.client import Client
from tests.factories import make_user
from utils.logs import LineHandler
from utils.security_events import SecurityEvent

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Return a function for the lines that were logged so far."""
    handler, root = LineHandler(as_json=True), logging.getLogger()
    stream, level = io.StringIO(), root.level
    handler.setStream(stream)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_request_is_one_line(user: Client, lines: Lines) -> None:
    answer = user.get("/user?secret=1")
    [line] = lines()
    assert line["event"] == "request"
    assert (line["level"], line["method"], line["route"]) == ("INFO", "GET", "/api/v1/user")
    assert (line["status"], line["bytes"]) == (200, len(answer.data))
    assert line["ms"] > 0
    assert user.user
    assert line["user_id"] == str(user.user.id)
    assert line["request_id"] == answer.headers["X-Request-ID"]


def test_the_route_has_no_ids(user: Client, lines: Lines) -> None:
    user.get("/user/checks/11111111-1111-4111-8111-111111111111/photo")
    assert lines()[-1]["route"] == "/api/v1/user/checks/<check_id>/photo"
    assert "11111111" not in str(lines())


def test_a_problem_has_the_id_and_the_line_has_its_type(http: FlaskClient, lines: Lines) -> None:
    answer = http.get("/api/v1/nowhere/anna@example.com")
    body = assert_problem(answer, 404, "not-found")
    [line] = lines()
    assert line["request_id"] == body["request_id"]
    assert (line["route"], line["problem"], line["status"]) == (None, "not-found", 404)
    assert "nowhere" not in str(line)


def test_any_word_can_be_a_method(http: FlaskClient, lines: Lines) -> None:
    http.open("/api/v1/login", method="ANNABERG")
    assert lines()[-1]["method"] == "other"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/web/main.js"])
def test_what_comes_often_is_logged_at_debug(http: FlaskClient, lines: Lines, path: str) -> None:
    http.get(path)
    [line] = [line for line in lines() if line["event"] == "request"]
    assert line["level"] == "DEBUG"


def test_the_id_is_not_taken_from_the_client(http: FlaskClient) -> None:
    answers = [http.get("/health/live", headers={"X-Request-ID": "mine"}) for _ in range(2)]
    ids = {answer.headers["X-Request-ID"] for answer in answers}
    assert len(ids) == 2
    assert all(len(request_id) == 32 for request_id in ids)


def test_all_lines_of_a_request_name_the_user(
    user: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("anna@example.com")

    monkeypatch.setattr(CheckManager, "list", fail)
    assert_problem(user.get("/user/checks"), 500, "internal-error")
    error, request = lines()
    assert user.user
    for line in (error, request):
        assert line["user_id"] == str(user.user.id)
        assert line["request_id"] == request["request_id"]
        assert line["route"] == "/api/v1/user/checks"
    assert "anna" not in str(lines())
    assert get_contextvars() == {}


def test_an_error_after_the_view_reveals_no_path(
    app: Flask, user: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(response: Response) -> Response:
        raise KeyError("anna@example.com")

    monkeypatch.setitem(app.after_request_funcs, None, [*app.after_request_funcs[None], fail])
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = user.get("/user/checks/11111111-1111-4111-8111-111111111111")
    assert answer.status_code == 500
    error = next(line["error"] for line in lines() if "error" in line)
    assert error.startswith("KeyError in ")
    assert f" > {__name__}:" in error
    assert "11111111" not in str(lines())
    assert "anna" not in str(lines())


def test_what_a_doctor_and_an_administrator_do_names_both(app: Flask, lines: Lines) -> None:
    admin, person = make_user(role=Role.ADMIN), make_user()
    Client(app, admin).delete(f"/admin/users/{person.id}/delete")
    found = {line["event"]: line for line in lines()}
    assert found[SecurityEvent.ADMIN_ACTION]["subject"] == str(admin.id)
    erased = found[SecurityEvent.USER_DELETED]
    assert (erased["user_id"], erased["subject"]) == (str(admin.id), str(person.id))


@pytest.mark.parametrize("slug", ["internal-error", "not-found"])
def test_the_page_of_a_problem_says_what_to_quote(http: FlaskClient, slug: str) -> None:
    assert "quote its <code>request_id</code>" in http.get(f"/problems/{slug}").text
