"""The records of the Python client are the schemas of the document."""

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from flask import Flask

from resources.openapi import openapi_document
from skin_cancer_client import model_records, records

NAMES = vars(records) | vars(model_records)
RECORDS = {
    name: item
    for name, item in NAMES.items()
    if dataclasses.is_dataclass(item) and isinstance(item, type)
}
TYPES = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    UUID: "uuid",
    date: "date",
    datetime: "date-time",
}
# Texts whose format says nothing about their type.
PLAIN_FORMATS = {"cursor", "uri-reference", "email"}
# Those of administrators and operators.
OTHERS = {"Liveness", "Readiness", "UserList"}


@pytest.fixture
def schemas(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = openapi_document(app)["components"]["schemas"]
    return found


def of_hint(hint: Any) -> Any:
    """Describe a type of a field."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return "anything"
    if origin in (Union, types.UnionType):
        (inner,) = [item for item in arguments if item is not types.NoneType]
        return ("nullable", of_hint(inner))
    if origin is Literal:
        return ("one of", sorted(arguments))
    if origin is tuple:
        length = None if arguments[-1] is Ellipsis else len(arguments)
        return ("array", length, of_hint(arguments[0]))
    if origin is Mapping:
        return ("object", of_hint(arguments[1]))
    return TYPES.get(hint) or hint.__name__


def of_schema(schemas: dict[str, Any], schema: dict[str, Any]) -> Any:
    """Describe a schema in the same way."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return ("one of", sorted(schemas[name]["enum"])) if "enum" in schemas[name] else name
    if "anyOf" in schema:
        (inner,) = [item for item in schema["anyOf"] if item != {"type": "null"}]
        return ("nullable", of_schema(schemas, inner))
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        (inner,) = set(kind) - {"null"}
        return ("nullable", of_schema(schemas, {**schema, "type": inner}))
    if kind == "array":
        length = schema.get("minItems") if "maxItems" in schema else None
        return ("array", length, of_schema(schemas, schema["items"]))
    if kind == "object":
        return ("object", of_schema(schemas, schema["additionalProperties"]))
    form = schema.get("format")
    return kind if form is None or form in PLAIN_FORMATS else form


@pytest.mark.parametrize("name", RECORDS)
def test_has_the_fields_of_its_schema(schemas: dict[str, Any], name: str) -> None:
    schema, record = schemas[name], RECORDS[name]
    optional = {
        field.name
        for field in dataclasses.fields(record)
        if field.default is not dataclasses.MISSING
    }
    assert optional == set(schema["properties"]) - set(schema["required"])
    hints = get_type_hints(record)
    described = {
        # What may be missing is None then.
        field: of_hint(hint)[1] if field in optional else of_hint(hint)
        for field, hint in hints.items()
    }
    assert described == {
        field: of_schema(schemas, inner) for field, inner in schema["properties"].items()
    }


def test_every_answer_has_a_record(schemas: dict[str, Any]) -> None:
    answers = {
        name
        for name, schema in schemas.items()
        if "properties" in schema and schema.get("additionalProperties") is not False
    }
    assert answers - OTHERS <= set(RECORDS)
    assert set(RECORDS) <= answers


def test_the_enumerations_are_those_of_the_document(schemas: dict[str, Any]) -> None:
    literals = {n: item for n, item in NAMES.items() if get_origin(item) is Literal}
    assert {"Sex", "BodySite", "Status"} <= set(literals)
    for name, literal in literals.items():
        assert [*get_args(literal)] == schemas[name]["enum"]
