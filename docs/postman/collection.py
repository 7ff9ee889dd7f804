"""The collection (format 2.1), from the document of the API and the story."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from docs.postman.scripts import after, known_formats, skip_without
from docs.postman.step import Folder, Step
from docs.postman.story import STORY

NAME = "AI Skin Cancer Detector"
FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
BASE_URL = "http://127.0.0.1:5000"
DESCRIPTION = """\
Run the folders in their order: each request hands its tokens and ids on to the next ones. Every
answer is compared with the OpenAPI document of the service (`/openapi.json`), from which this
collection is generated.

"""
METHODS = ("get", "post", "put", "patch", "delete")


def collection(api: dict[str, Any], photo: str) -> dict[str, Any]:
    """Return the collection. `api` is the OpenAPI document, `photo` in base64."""
    operations = dict(_operations(api))
    schemas = json.dumps(known_formats(_used(api)), sort_keys=True)
    values = {"base_url": BASE_URL, "photo": photo, "schemas": schemas}
    return {
        "info": {
            "name": NAME,
            "version": api["info"]["version"],
            "description": DESCRIPTION + api["info"]["description"],
            "schema": FORMAT,
        },
        "auth": _bearer("token"),
        "variable": [{"key": key, "value": value} for key, value in values.items()],
        "item": [_folder(folder, operations) for folder in STORY],
    }


def environment() -> dict[str, Any]:
    """Return the environment: what differs between services."""
    values = [
        {"key": "base_url", "value": BASE_URL, "type": "default", "enabled": True},
        {"key": "admin_email", "value": "", "type": "default", "enabled": True},
        {"key": "admin_password", "value": "", "type": "secret", "enabled": True},
    ]
    return {"name": NAME, "values": values, "_postman_variable_scope": "environment"}


def _operations(api: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the operations by their ids, each with its method and path."""
    for path, methods in api["paths"].items():
        for method in METHODS:
            if operation := methods.get(method):
                yield operation["operationId"], {**operation, "method": method, "path": path}


def _used(api: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas of responses, and those that they name."""
    schemas: dict[str, Any] = api["components"]["schemas"]
    used: dict[str, Any] = {}
    text = json.dumps([one["responses"] for _, one in _operations(api)])
    while found := {name for name in schemas if f'/schemas/{name}"' in text} - set(used):
        used |= {name: schemas[name] for name in found}
        text = json.dumps(used)
    return used


def _folder(folder: Folder, operations: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    events = [_event("prerequest", skip_without(folder.needs))] if folder.needs else []
    items = [_item(step, operations[step.operation]) for step in folder.steps]
    return {"name": folder.title, "description": folder.text, "item": items, "event": events}


def _item(step: Step, operation: dict[str, Any]) -> dict[str, Any]:
    status, response = _expected(step, operation)
    media = step.media or next(iter(response.get("content", {})), "")
    events = [_event("prerequest", step.before)] if step.before else []
    events.append(_event("test", after(step, status, media, response)))
    return {"name": step.title, "event": events, "request": _request(step, operation)}


def _expected(step: Step, operation: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return the status and the response that a step expects. Raise LookupError."""
    responses: dict[str, dict[str, Any]] = operation["responses"]
    for status, response in responses.items():
        if step.problem:
            expected = step.problem in response.get("x-problems", [])
        else:
            expected = int(status) == step.status if step.status else status < "300"
        if expected:
            return int(status), response
    raise LookupError(f"{step.title}: the document has no such response")


def _request(step: Step, operation: dict[str, Any]) -> dict[str, Any]:
    headers = {**step.headers, **({"Content-Type": "application/json"} if step.body else {})}
    request = {
        "method": operation["method"].upper(),
        "description": "\n\n".join(
            filter(None, (f"{operation['summary']}.", operation.get("description")))
        ),
        "header": [{"key": key, "value": value} for key, value in headers.items()],
        "url": _url(step, operation["path"]),
    }
    if step.auth != "token":
        request["auth"] = _bearer(step.auth) if step.auth else {"type": "noauth"}
    if step.body:
        request["body"] = {
            "mode": "raw",
            "raw": json.dumps(step.body, indent=2),
            "options": {"raw": {"language": "json"}},
        }
    if step.form:
        request["body"] = {"mode": "formdata", "formdata": [*map(_part, step.form.items())]}
    return request


def _url(step: Step, path: str) -> dict[str, Any]:
    parts = [f":{part[1:-1]}" if part.startswith("{") else part for part in path[1:].split("/")]
    query = [{"key": key, "value": value} for key, value in step.query.items()]
    written = "&".join(f"{key}={value}" for key, value in step.query.items())
    return {
        "raw": "/".join(["{{base_url}}", *parts]) + (f"?{written}" if written else ""),
        "host": ["{{base_url}}"],
        "path": parts,
        "query": query,
        "variable": [{"key": key, "value": value} for key, value in step.path.items()],
    }


def _part(part: tuple[str, str]) -> dict[str, str]:
    """Return a part of a form: a file if its value begins with @, as in curl."""
    name, value = part
    if value.startswith("@"):
        return {"key": name, "type": "file", "src": value[1:]}
    return {"key": name, "type": "text", "value": value}


def _bearer(name: str) -> dict[str, Any]:
    token = {"key": "token", "value": f"{{{{{name}}}}}", "type": "string"}
    return {"type": "bearer", "bearer": [token]}


def _event(moment: str, lines: Any) -> dict[str, Any]:
    text = "\n".join(lines).split("\n")
    return {"listen": moment, "script": {"type": "text/javascript", "exec": text}}
