"""The document of the API (OpenAPI 3.1), from the routes and the operations of their methods."""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from apispec import APISpec
from flask import Flask, Response
from werkzeug.routing import Rule

from config import VERSION
from constants import NOTICE, Role
from managers.errors import PreconditionFailedError
from resources import session_cookie
from resources.base import BaseResource, roles_of
from resources.deprecation import deprecation_of
from resources.json_schema import FieldPlugin
from resources.openapi_headers import HEADERS, headers_of
from resources.openapi_responses import responses_of
from resources.operation import Operation, operation_of
from resources.problem_types import PROBLEMS

EXAMPLES = Path(__file__).with_name("examples.json")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PHOTO_TYPES = "image/jpeg, image/png, image/webp, image/heic"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
TAGS = {
    "user": ("Accounts", "The user's own account."),
    "token": ("Logins", "Logging in and out. Access tokens are short-lived; refresh them."),
    "session": ("Sessions", "The user's own logins."),
    "check": ("Checks", "Assessed photos."),
    "batch": ("Checks", "Assessed photos."),
    "first_version": ("First version", "Addresses that will go away."),
    "model": ("Model", "The active model."),
    "admin": ("Administration", "For the role admin."),
    "health": ("Health", "For load balancers and operators."),
    "problems": ("Problems", "The types of problem (RFC 9457)."),
}
DESCRIPTION = f"""
Assesses close-up photos of skin lesions: a calibrated probability of cancer, a status, advice, and
a map of what moved the model.

{NOTICE}

Register or log in, and send the access token with every further request. Errors are problem details
(RFC 9457). Besides the responses that an operation lists, every request can be answered by 408
(`/problems/request-timeout`) and 431 (`/problems/header-too-large`), and one with a chunked or
compressed body by 411 (`/problems/length-required`) and 415
(`/problems/unsupported-content-encoding`), before it is read.
A later version may add fields to a response: ignore those that you do not know.
"""


def openapi_document(app: Flask) -> dict[str, Any]:
    """Return the document of all operations that the application serves."""
    # It is made once: the routes of an application do not change.
    if "openapi" not in app.extensions:
        app.extensions["openapi"] = _document(app)
    return cast(dict[str, Any], app.extensions["openapi"])


def _document(app: Flask) -> dict[str, Any]:
    spec = APISpec(
        title="AI Skin Cancer Detector",
        version=VERSION,
        openapi_version="3.1.1",
        plugins=[FieldPlugin()],
        info={"description": DESCRIPTION.strip(), "license": {"name": "MIT", "identifier": "MIT"}},
        servers=[{"url": "/"}],
        tags=[{"name": name, "description": text} for name, text in dict(TAGS.values()).items()],
        security=[{"bearer": []}],
    )
    bearer = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of a login.",
    }
    spec.components.security_scheme("bearer", bearer)
    spec.components.schema("ProblemSlug", {"type": "string", "enum": sorted(PROBLEMS)})
    for name, header in HEADERS.items():
        spec.components.header(name, header)
    for rule, resource in _documented(app):
        path = PARAMETER.sub(r"{\1}", rule.rule)
        operations = {method.lower(): _described(view, rule) for method, view in _views(resource)}
        spec.path(path=path, operations=operations, parameters=_path_parameters(rule))
    return spec.to_dict()


def _documented(app: Flask) -> Iterator[tuple[Rule, type[BaseResource]]]:
    """Return the routes of the API with their resources."""
    for rule in app.url_map.iter_rules():
        resource = vars(app.view_functions[rule.endpoint]).get("view_class")
        if resource and issubclass(resource, BaseResource) and resource.in_document:
            yield rule, resource


def _views(resource: type[BaseResource]) -> Iterator[tuple[str, Callable[..., Response]]]:
    for method in METHODS:
        if view := getattr(resource, method.lower(), None):
            yield method, view


def _described(view: Callable[..., Response], rule: Rule) -> dict[str, Any]:
    """Return the operation object of a method."""
    operation, roles = operation_of(view), roles_of(view)
    answers = dict(examples().get(operation.id, {}))
    request = answers.pop("request", None)
    summary, _, description = inspect.cleandoc(view.__doc__ or "").partition("\n")
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": summary.rstrip("."),
        "tags": [TAGS[view.__module__.rpartition(".")[2]][0]],
        "responses": _responses(view, rule, answers),
    }
    if roles is None:
        described["security"] = []
    if deprecation_of(view):
        described["deprecated"] = True
    if text := "\n\n".join(filter(None, (description.strip(), _permission(roles)))):
        described["description"] = text
    if parameters := [*_parameters(operation), *_conditions(view, operation), *_cookie(operation)]:
        described["parameters"] = parameters
    if operation.body:
        described["requestBody"] = _request_body(operation, request)
    return described


def _responses(
    view: Callable[..., Response], rule: Rule, answers: dict[str, Any]
) -> dict[str, Any]:
    """Return the responses of a method by status, with their headers."""
    operation, is_read = operation_of(view), view.__name__ == "get"
    responses = responses_of(operation, roles_of(view), "uuid" in rule.rule, is_read, answers)
    is_deprecated = deprecation_of(view) is not None
    for status, response in responses.items():
        response["headers"] = headers_of(
            operation, int(status), is_read=is_read, is_deprecated=is_deprecated
        )
    return responses


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Return by operation its example of a request, and of a response by status."""
    # `python -m tests.examples` writes them.
    return cast(dict[str, dict[str, Any]], json.loads(EXAMPLES.read_text()))


def _permission(roles: tuple[Role, ...] | None) -> str:
    return f"Only for the role {' or '.join(roles)}." if roles else ""


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    places = {"query": operation.query, "header": operation.headers}
    return [{"in": place, "schema": schema} for place, schema in places.items() if schema]


def _conditions(view: Callable[..., Response], operation: Operation) -> Iterator[dict[str, Any]]:
    """Return the headers that make a request depend on the version of what it is about."""
    texts = {}
    if view.__name__ == "get":
        texts["If-None-Match"] = "The ETag that the client has: if it is the newest, 304."
    if PreconditionFailedError in operation.errors:
        texts["If-Match"] = "The ETag that the client has: if it is not the newest, 412."
    for name, text in texts.items():
        schema = {"type": "string"}
        yield {"in": "header", "name": name, "description": text, "schema": schema}


def _cookie(operation: Operation) -> Iterator[dict[str, Any]]:
    """Return the header of a browser that keeps its refresh token in a cookie."""
    if operation.cookie:
        effect = (
            "the refresh token comes in a cookie that no script reads, and is null in the body"
            if operation.response
            else "the cookie with the refresh token is removed"
        )
        text = f"`{session_cookie.VALUE}`: {effect}. Other values have no effect."
        schema = {"type": "string"}
        yield {"in": "header", "name": session_cookie.HEADER, "description": text, "schema": schema}


def _request_body(operation: Operation, example: Any) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": operation.body}}
    if example:
        content["application/json"]["example"] = example
    if operation.form:
        content["multipart/form-data"] = {
            "schema": operation.form,
            "encoding": {"photo": {"contentType": PHOTO_TYPES}},
        }
    return {"required": True, "content": content}


def _path_parameters(rule: Rule) -> list[dict[str, Any]]:
    schemas: dict[str, dict[str, Any]] = {
        "status": {"$ref": "#/components/schemas/Status"},
        "slug": {"$ref": "#/components/schemas/ProblemSlug"},
    }
    return [
        {
            "in": "path",
            "name": name,
            "required": True,
            "schema": schemas.get(name, {"type": "string", "format": "uuid"}),
        }
        for name in PARAMETER.findall(rule.rule)
    ]
