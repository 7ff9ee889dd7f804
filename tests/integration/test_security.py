"""Who may do what: one row for each route and method, and what each role is answered."""

import re
from pathlib import Path

import pytest
from flask import Flask, Response

from app import create_app
from config import Settings
from constants import API_PREFIX, Role
from resources.base import BaseResource, ProblemApi, public, requires, respond
from tests.client import Client
from tests.factories import make_user
from tests.routes import address

NOBODY = "nobody"
ROLES = (NOBODY, Role.USER, Role.DOCTOR, Role.ADMIN)

# (route, method): what nobody, a user, a doctor and an administrator get, for a request without a
# body and ids that do not exist. 415 and 404 mean: let in.
TABLE: dict[tuple[str, str], tuple[int, int, int, int]] = {
    ("/register", "POST"): (415, 415, 415, 415),
    ("/login", "POST"): (415, 415, 415, 415),
    ("/token/refresh", "POST"): (415, 415, 415, 415),
    ("/logout", "POST"): (401, 204, 204, 204),
    ("/logout/all", "POST"): (401, 204, 204, 204),
    ("/user", "GET"): (401, 200, 200, 200),
    ("/user", "DELETE"): (401, 204, 204, 204),
    ("/user/change-password", "POST"): (401, 415, 415, 415),
    ("/user/delete", "DELETE"): (401, 204, 204, 204),
    ("/user/sessions", "GET"): (401, 200, 200, 200),
    ("/user/sessions/<uuid:session_id>", "DELETE"): (401, 404, 404, 404),
    ("/user/checks", "GET"): (401, 200, 200, 200),
    ("/user/checks", "POST"): (401, 415, 415, 415),
    ("/user/checks/batch", "POST"): (401, 415, 415, 415),
    ("/user/checks/<uuid:check_id>", "GET"): (401, 404, 404, 404),
    ("/user/checks/<uuid:check_id>", "DELETE"): (401, 404, 404, 404),
    ("/user/checks/<uuid:check_id>/delete", "DELETE"): (401, 404, 404, 404),
    ("/user/checks/<uuid:check_id>/photo", "GET"): (401, 404, 404, 404),
    ("/user/checks/<uuid:check_id>/heatmap", "GET"): (401, 404, 404, 404),
    ("/admin/checks/<uuid:check_id>/<status:status>", "PUT"): (401, 403, 403, 404),
    ("/admin/checks", "GET"): (401, 403, 403, 200),
    ("/admin/users", "GET"): (401, 403, 403, 200),
    ("/admin/users/<uuid:user_id>", "GET"): (401, 403, 403, 404),
    ("/admin/users/<uuid:user_id>", "PATCH"): (401, 403, 403, 415),
    ("/admin/users/<uuid:user_id>", "DELETE"): (401, 403, 403, 404),
    ("/admin/users/<uuid:user_id>/delete", "DELETE"): (401, 403, 403, 404),
}
PUBLIC = {
    ("/health/live", "GET"): 200,
    ("/health/ready", "GET"): 200,
    ("/api/v1/model", "GET"): 200,
    ("/problems/<slug>", "GET"): 404,
    ("/openapi.json", "GET"): 200,
    ("/docs", "GET"): 200,
    ("/docs/<name>", "GET"): 404,
    ("/", "GET"): 200,
    ("/sw.js", "GET"): 200,
    ("/web/<path:path>", "GET"): 404,
}
AUTOMATIC = {"HEAD", "OPTIONS"}


def test_every_route_has_a_row(app: Flask) -> None:
    served = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - AUTOMATIC
    }
    assert served == {(f"{API_PREFIX}{route}", method) for route, method in TABLE} | set(PUBLIC)


@pytest.mark.parametrize(("route", "method"), TABLE)
@pytest.mark.parametrize("place", range(len(ROLES)), ids=ROLES)
def test_each_role(app: Flask, route: str, method: str, place: int) -> None:
    role = ROLES[place]
    client = Client(app, None if role == NOBODY else make_user(role=role))
    answer = client.request(method, address(route))
    assert answer.status_code == TABLE[route, method][place]


@pytest.mark.parametrize(("route", "method"), PUBLIC)
def test_the_rest_is_for_anyone(app: Flask, route: str, method: str) -> None:
    answer = app.test_client().open(address(route), method=method)
    assert answer.status_code == PUBLIC[route, method]


@pytest.mark.parametrize(("route", "method"), [*TABLE, *PUBLIC])
def test_no_answer_is_cached_or_guessed_at(app: Flask, route: str, method: str) -> None:
    prefix = API_PREFIX if (route, method) in TABLE else ""
    answer = app.test_client().open(prefix + address(route), method=method)
    # The files of the web client are the same for everybody.
    is_file = route in ("/", "/sw.js")
    assert answer.headers["Cache-Control"] == ("no-cache" if is_file else "no-store")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_exactly_the_documented_routes_answer_without_a_token(app: Flask) -> None:
    document = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    documented = re.findall(r"^\| `([A-Z]+) (/[^`]*)` \| anyone", document, re.MULTILINE)
    answering = {
        (method, rule.rule.removeprefix(API_PREFIX))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - AUTOMATIC
        if app.test_client().open(address(rule.rule), method=method).status_code != 401
    }
    assert answering == set(documented)


class Unmarked(BaseResource):
    in_document = False

    def get(self) -> Response:
        return respond({})

    post = get


class Marked(BaseResource):
    in_document = False

    @public
    def get(self) -> Response:
        return respond({})

    @requires(Role.DOCTOR, Role.ADMIN)
    def post(self) -> Response:
        return respond({})


@pytest.fixture
def small_app(app: Flask, settings: Settings) -> Flask:
    """The service with two more resources: one says who may call it, the other does not."""
    small = create_app(settings)
    api = ProblemApi(small)
    for resource in (Unmarked, Marked):
        api.add_resource(resource, f"{API_PREFIX}/{resource.__name__}")
    return small


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("GET", "/Unmarked", (401, 200, 200, 200)),
        ("HEAD", "/Unmarked", (401, 200, 200, 200)),
        ("POST", "/Unmarked", (401, 200, 200, 200)),
        ("GET", "/Marked", (200, 200, 200, 200)),
        ("HEAD", "/Marked", (200, 200, 200, 200)),
        ("POST", "/Marked", (401, 403, 200, 200)),
    ],
)
def test_a_resource_denies_unless_it_is_marked(
    small_app: Flask, method: str, path: str, statuses: tuple[int, ...]
) -> None:
    for role, status in zip(ROLES, statuses, strict=True):
        client = Client(small_app, None if role == NOBODY else make_user(role=role))
        assert client.request(method, path).status_code == status
