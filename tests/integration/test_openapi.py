"""The document of the API, and the page that shows it."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from config import VERSION
from resources.base import BaseResource
from resources.docs import FOLDER, SWAGGER_UI
from resources.openapi import PARAMETER, openapi_document
from resources.problem_types import PROBLEMS
from tests.openapi import disagreements

AUTOMATIC = {"HEAD", "OPTIONS"}
# These belong to no operation.
BEFORE_ROUTING = {"header-too-large", "method-not-allowed", "request-timeout"}
# What a schema must have to say something.
SAYS = {"type", "$ref", "anyOf", "const"}


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    return openapi_document(app)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield method.upper(), path, operation


def schemas(value: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """All schemas of properties and items, with where they stand."""
    if not isinstance(value, dict):
        return
    for name, inner in value.get("properties", {}).items():
        yield f"{place}.{name}", inner
    for key in ("items", "additionalProperties"):
        if isinstance(value.get(key), dict):
            yield f"{place}.{key}", value[key]
    for key, inner in value.items():
        yield from schemas(inner, f"{place}.{key}")


def enumerations(value: Any, place: str = "") -> Iterator[str]:
    """Where lists of values stand."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key == "enum":
            yield place
        yield from enumerations(inner, f"{place}.{key}")


def test_is_valid(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["version"] == VERSION


def test_has_every_route_and_method(app: Flask, document: dict[str, Any]) -> None:
    served = set()
    for rule in app.url_map.iter_rules():
        resource: type[BaseResource] = vars(app.view_functions[rule.endpoint])["view_class"]
        if resource.in_document:
            path = PARAMETER.sub(r"{\1}", rule.rule)
            served |= {(method, path) for method in (rule.methods or set()) - AUTOMATIC}
    assert {(method, path) for method, path, _ in operations(document)} == served


def test_names_are_unique_and_summaries_are_there(document: dict[str, Any]) -> None:
    names = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert set(names.values()) == {1}
    assert all(operation["summary"] for _, _, operation in operations(document))


def test_links_lead_to_operations_with_these_parameters(document: dict[str, Any]) -> None:
    parameters = {
        operation["operationId"]: {
            item["name"]
            for item in (
                *operation.get("parameters", []),
                *document["paths"][path].get("parameters", []),
            )
        }
        for _, path, operation in operations(document)
    }
    for _, _, operation in operations(document):
        for response in operation["responses"].values():
            for link in response.get("links", {}).values():
                assert set(link["parameters"]) <= parameters[link["operationId"]]


def test_every_schema_says_something(document: dict[str, Any]) -> None:
    silent = [
        place
        for place, schema in schemas(document["components"]["schemas"])
        if not SAYS & set(schema)
    ]
    # The reasons for a field can be nested, and a training can have any settings.
    assert set(silent) == {
        ".Problem.properties.errors.additionalProperties",
        ".Training.properties.settings.additionalProperties",
    }


def test_enumerations_are_components(document: dict[str, Any]) -> None:
    for place in enumerations(document):
        assert re.fullmatch(r"\.components\.schemas\.\w+", place)
    check, upload = (document["components"]["schemas"][name] for name in ("Check", "Upload"))
    assert check["properties"]["status"]["$ref"] == "#/components/schemas/Status"
    assert upload["properties"]["sex"]["anyOf"] == [
        {"$ref": "#/components/schemas/Sex"},
        {"type": "null"},
    ]


def test_says_which_headers_are_always_there(document: dict[str, Any]) -> None:
    def of(method: str, path: str, status: int) -> dict[str, bool]:
        response = document["paths"][f"/api/v1{path}"][method]["responses"][str(status)]
        references = {n: h["$ref"].rpartition("/")[2] for n, h in response["headers"].items()}
        components = document["components"]["headers"]
        return {name: components[component]["required"] for name, component in references.items()}

    always, limits = {"X-Request-ID": True}, {"RateLimit": False, "RateLimit-Policy": False}
    gone = {"Deprecation": True, "Sunset": True, "Link": True}
    assert of("get", "/user/checks", 200) == {**always, "ETag": True, "Link": False}
    assert of("get", "/user/checks", 503) == {**always, "Retry-After": True}
    assert of("post", "/user/checks", 422) == {**always, **limits}
    assert of("post", "/login", 201) == {**always, **limits, "Set-Cookie": False}
    assert of("delete", "/user/checks/{check_id}/delete", 404) == {**always, **gone}


def test_a_header_that_is_not_described_is_noticed(app: Flask) -> None:
    answer = FlaskClient(app, TestResponse).get("/health/live")
    assert not [*disagreements(app, "GET", answer)]
    answer.headers["Sunset"] = "Sun, 31 Dec 2028 00:00:00 GMT"
    del answer.headers["ETag"]
    assert [*disagreements(app, "GET", answer)] == [
        "the header ETag is missing",
        "the header Sunset is not described",
    ]


def test_has_every_problem_type(document: dict[str, Any]) -> None:
    named = {
        slug
        for _, _, operation in operations(document)
        for response in operation["responses"].values()
        for slug in response.get("x-problems", [])
    }
    assert named == set(PROBLEMS) - BEFORE_ROUTING


def test_is_served(http: FlaskClient, document: dict[str, Any]) -> None:
    assert http.get("/openapi.json").json == document


def test_the_page_loads_nothing_from_elsewhere(http: FlaskClient) -> None:
    page = http.get("/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert address.startswith("/")
        assert http.get(address).status_code == 200


def test_the_page_has_its_files_and_no_others(http: FlaskClient) -> None:
    for name in SWAGGER_UI.files:
        answer = http.get(f"/docs/{name}")
        assert answer.data == (FOLDER / name).read_bytes()
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for name in ("README.md", "..%2fdocs.py", "%2e%2e/docs.py"):
        assert http.get(f"/docs/{name}").status_code == 404


def test_swagger_ui_is_as_it_was_published() -> None:
    listed = (FOLDER / "README.md").read_text()
    digests = re.findall(r"^    ([0-9a-f]{64})  (\S+)$", listed, re.MULTILINE)
    assert len(digests) == len(list(FOLDER.iterdir())) - 2  # the list itself, and start.js
    for digest, name in digests:
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest
