"""Who may do what: one row for each route and method, and what each role is answered."""

from uuid import uuid4

import pytest
from flask import Flask

from constants import API_PREFIX, Role
from tests.client import Client
from tests.factories import make_user

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
    ("/user/change-password", "POST"): (401, 415, 415, 415),
    ("/user/delete", "DELETE"): (401, 204, 204, 204),
    ("/user/checks", "GET"): (401, 200, 200, 200),
    ("/user/checks", "POST"): (401, 415, 415, 415),
    ("/user/checks/<uuid:check_id>", "GET"): (401, 404, 404, 404),
    ("/user/checks/<uuid:check_id>/delete", "DELETE"): (401, 404, 404, 404),
    ("/user/checks/<uuid:check_id>/photo", "GET"): (401, 404, 404, 404),
    ("/user/checks/<uuid:check_id>/heatmap", "GET"): (401, 404, 404, 404),
    ("/admin/checks/<uuid:check_id>/<status:status>", "PUT"): (401, 403, 403, 404),
    ("/admin/users", "GET"): (401, 403, 403, 200),
    ("/admin/users/<uuid:user_id>", "GET"): (401, 403, 403, 404),
    ("/admin/users/<uuid:user_id>/delete", "DELETE"): (401, 403, 403, 404),
}
PUBLIC = {
    ("/health/live", "GET"): 200,
    ("/health/ready", "GET"): 200,
    ("/api/v1/model", "GET"): 200,
    ("/problems/<slug>", "GET"): 404,
}
AUTOMATIC = {"HEAD", "OPTIONS"}


def address(route: str) -> str:
    for name in ("<uuid:check_id>", "<uuid:user_id>"):
        route = route.replace(name, str(uuid4()))
    return route.replace("<status:status>", "benign").replace("<slug>", "nothing")


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
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
