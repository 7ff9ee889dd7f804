"""Every answer in the tests is compared with the document of the API."""

import gzip
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, cast

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from resources.openapi import PARAMETER, openapi_document
from resources.openapi_headers import NAMES

# The document says in its introduction that any request can have these.
BEFORE_ROUTING = (408, 411, 415, 431)


def documented(app: Flask, method: str, path: str) -> dict[str, Any] | None:
    """The operation that a request means; None if it means nothing that is documented."""
    try:
        endpoint, _ = app.url_map.bind("").match(path, method)
    except HTTPException:
        return None
    rule = next(app.url_map.iter_rules(endpoint)).rule
    operations: Mapping[str, Any] = openapi_document(app)["paths"].get(
        PARAMETER.sub(r"{\1}", rule), {}
    )
    return operations.get(method.lower())


def disagreements(app: Flask, method: str, answer: TestResponse) -> Iterator[str]:
    """How an answer differs from the document."""
    operation = documented(app, method, answer.request.path)
    if operation is None or method in ("HEAD", "OPTIONS"):
        return
    response = operation["responses"].get(str(answer.status_code))
    if response:
        yield from _of_content(app, response, answer)
        yield from _of_headers(app, response["headers"], answer)
    elif answer.status_code not in BEFORE_ROUTING:
        yield f"{operation['operationId']} never answers {answer.status_code}"


def _of_content(app: Flask, response: dict[str, Any], answer: TestResponse) -> Iterator[str]:
    content, media = response.get("content", {}), answer.mimetype or ""
    if not answer.data or media not in content:
        if answer.data or content:
            yield f"{media} with {len(answer.data)} bytes is not one of {sorted(content)}"
        return
    if not media.endswith("json"):
        return
    is_packed = answer.headers.get("Content-Encoding") == "gzip"
    body = json.loads(gzip.decompress(answer.data) if is_packed else answer.data)
    yield from _of_body(app, content[media]["schema"], body)
    if media == "application/problem+json":
        slug = body["type"].removeprefix("/problems/")
        if slug not in response["x-problems"]:
            yield f"the problem {slug} is not described"


def _of_headers(app: Flask, described: dict[str, Any], answer: TestResponse) -> Iterator[str]:
    components = openapi_document(app)["components"]["headers"]
    for name, reference in described.items():
        header = components[reference["$ref"].rpartition("/")[2]]
        if header["required"] and name not in answer.headers:
            yield f"the header {name} is missing"
        if header["schema"]["type"] == "integer" and not answer.headers.get(name, "0").isdigit():
            yield f"the header {name} is no number"
    for name in {NAMES.get(component, component) for component in components} - set(described):
        if name in answer.headers:
            yield f"the header {name} is not described"


def _of_body(app: Flask, schema: dict[str, Any], body: Any) -> Iterator[str]:
    whole = {**schema, "components": _strict_components(app)}
    for error in Draft202012Validator(whole).iter_errors(body):
        yield f"{error.json_path}: {error.message}"


def _strict_components(app: Flask) -> dict[str, Any]:
    """The components of the document, in which no object has fields that are not described."""
    if "strict_components" in app.extensions:
        return cast(dict[str, Any], app.extensions["strict_components"])
    components: dict[str, Any] = deepcopy(openapi_document(app)["components"])
    app.extensions["strict_components"] = components
    for schema in components["schemas"].values():
        schema["additionalProperties"] = False
    return components


class ComparingClient(FlaskClient):
    """Fails if an answer is not as the document says."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        found = list(disagreements(self.application, answer.request.method, answer))
        assert not found, f"{answer.request.method} {answer.request.path}: {found}"
        return answer
