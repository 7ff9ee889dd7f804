"""The reference of the API as a page of the site, from the document in OpenAPI."""

import json
import secrets
import tempfile
from collections.abc import Iterator
from textwrap import indent
from typing import Any

from app import create_app
from config import read_settings
from resources.openapi import openapi_document

LONGEST = 100
# Of the schema, with the words that a reader needs.
LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
}


def reference() -> str:
    """Return the page, in Markdown."""
    return "\n".join(_page(document()))


def document() -> dict[str, Any]:
    """Return the document of the API. Nothing is stored, and no database is connected to."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            read_settings(
                {
                    "APP_ENV": "testing",
                    "DATABASE_URL": "postgresql://nobody@127.0.0.1/none",
                    "DATA_DIR": folder,
                    "TEMP_DIR": folder,
                    "JWT_KEYS": f"docs:{secrets.token_hex(32)}",
                    "S3_BUCKET": "",
                }
            )
        )
        return openapi_document(app)


def _page(api: dict[str, Any]) -> Iterator[str]:
    yield "# Reference\n"
    yield f"{api['info']['description']}\n"
    yield "A running service has the same at `/docs`, where every request can be tried, and as "
    yield f"OpenAPI {api['openapi']} at `/openapi.json`.\n"
    for tag in api["tags"]:
        yield f"## {tag['name']}\n\n{tag['description']}\n"
        for path, methods in api["paths"].items():
            for method, operation in methods.items():
                if method != "parameters" and tag["name"] in operation["tags"]:
                    shared = methods.get("parameters", [])
                    yield from _operation(f"{method.upper()} {path}", operation, shared)
    yield "## Schemas\n\nNew fields can be added to responses: ignore those that you do not know.\n"
    for name, schema in api["components"]["schemas"].items():
        yield f"### {name} {{ #{name.lower()} }}\n"
        yield from _fields(schema) if "properties" in schema else (f"{_type(schema)}\n",)


def _operation(
    route: str, operation: dict[str, Any], shared: list[dict[str, Any]]
) -> Iterator[str]:
    yield f"### {operation['summary']} {{ #{operation['operationId']} }}\n"
    yield f"`{route}`\n"
    if text := operation.get("description"):
        yield f"{text}\n"
    if operation.get("security") == []:
        yield "Needs no token.\n"
    if parameters := [*shared, *operation.get("parameters", [])]:
        yield "| parameter | in | type | description |\n|---|---|---|---|"
        for item in parameters:
            kind, text = _type(item["schema"]), _cell(item.get("description", ""))
            yield f"| `{item['name']}` | {item['in']} | {kind} | {text} |"
        yield ""
    if body := operation.get("requestBody"):
        yield f"Body: {_content(body['content'])}\n"
        yield from _example("Example of a body", body["content"])
    yield "| status | content |\n|---|---|"
    for status, response in operation["responses"].items():
        yield f"| {status} | {_response(response)} |"
    yield ""
    for status, response in operation["responses"].items():
        yield from _example(f"Example of a response {status}", response.get("content", {}))


def _response(response: dict[str, Any]) -> str:
    if slugs := response.get("x-problems"):
        return "[Problem](#problem): " + ", ".join(f"[`{slug}`](api.md#errors)" for slug in slugs)
    return _content(response.get("content", {})) or "No content"


def _example(title: str, content: dict[str, Any]) -> Iterator[str]:
    """Return the examples of a body, folded."""
    for described in content.values():
        if example := described.get("example"):
            code = json.dumps(_shortened(example), indent=2, ensure_ascii=False)
            yield f'??? example "{title}"\n'
            yield indent(f"```json\n{code}\n```\n", "    ")


def _shortened(value: Any) -> Any:
    """Return an example with an ellipsis for the rest of a long text, such as a photo."""
    if isinstance(value, dict):
        return {key: _shortened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shortened(inner) for inner in value]
    encoded = isinstance(value, str) and len(value) > LONGEST and " " not in value
    return f"{value[:LONGEST]}…" if encoded else value


def _content(content: dict[str, Any]) -> str:
    """Return the schemas of a body with their media types, or the media type alone."""
    described = []
    for media, body in content.items():
        kind = f"{_type(body['schema'])} as " if "$ref" in body["schema"] else ""
        described.append(f"{kind}`{media}`")
    return " or ".join(described)


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    required = schema.get("required", [])
    yield "| field | type | description |\n|---|---|---|"
    for name, field in schema.get("properties", {}).items():
        optional = "" if name in required else " (optional)"
        yield f"| `{name}`{optional} | {_type(field)} | {_cell(field.get('description', ''))} |"
    yield ""


def _type(schema: dict[str, Any]) -> str:
    """Return the type of a schema in words, with links to schemas."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in schema:
        return "always the same text"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_type(choice) for choice in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    kinds = schema.get("type", "any")
    words = [" or ".join(kinds if isinstance(kinds, list) else [kinds])]
    words += [f"({schema['format']})"] if "format" in schema else []
    words += [text.format(schema[key]) for key, text in LIMITS.items() if key in schema]
    return " ".join(words[:2]) + "".join(f", {word}" for word in words[2:])


def _cell(text: str) -> str:
    """Return a text as the cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")
