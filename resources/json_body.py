"""Parsing of JSON bodies, only as far as a schema could accept them."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import marshmallow
import msgspec

from resources.errors import MAX_NAME, InvalidJSONError, InvalidRequestError
from schemas.fields import ObjectList

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# No field of a request is a list or an object, but for the lists of `ObjectList`.
Scalar = str | int | float | bool | None
UNKNOWN_FIELD = "Object contains unknown field `"
TOO_LONG = "Expected `array` of at most length"
PLACE = re.compile(r" - at `\$\.(.+)`$", re.DOTALL)
ITEM = re.compile(r"` - at `\$\.(\w+\[\d+\])`$")


def read_json(body: bytes, schema: marshmallow.Schema) -> dict[str, Any]:
    """Return the fields of a JSON object by name.

    The parser stops at the first unknown field, at the first value that is a list or an object, and
    at the first surplus object of an `ObjectList`, so that a large body of such values costs
    nothing. Raise InvalidJSONError, InvalidRequestError.
    """
    try:
        fields = _decoder(type(schema)).decode(body.removeprefix(BYTE_ORDER_MARK))
    except msgspec.ValidationError as error:
        raise InvalidRequestError(_messages(str(error), schema)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidJSONError(
            "The body is not valid JSON. Send one JSON object in UTF-8."
        ) from error
    return _by_name(fields)


def _by_name(struct: msgspec.Struct) -> dict[str, Any]:
    return {name: _plain(value) for name, value in _sent(struct)}


def _sent(struct: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    for field in msgspec.structs.fields(struct):
        if (value := getattr(struct, field.name)) is not msgspec.UNSET:
            yield field.encode_name, value


def _plain(value: Any) -> Any:
    """Return the value of a field, in which a list is a struct."""
    if isinstance(value, msgspec.Struct):
        return [_by_name(item) for _, item in _sent(value)]
    return value


@cache
def _decoder(kind: type[marshmallow.Schema]) -> msgspec.json.Decoder[msgspec.Struct]:
    return msgspec.json.Decoder(_struct(kind()))


def _struct(schema: marshmallow.Schema) -> type[msgspec.Struct]:
    """Return the type of objects with the fields of a schema, each of which may be absent."""
    fields: list[tuple[str, Any, Any]] = [
        (name, _type(field) | msgspec.UnsetType, _optional(field.data_key or name))
        for name, field in schema.load_fields.items()
    ]
    return msgspec.defstruct("Object", fields, forbid_unknown_fields=True)


def _type(field: marshmallow.fields.Field[Any]) -> Any:
    if not isinstance(field, ObjectList):
        return Scalar
    # The length of a list type is checked at its end, that of such a struct at each element.
    item = _struct(field.item_schema) | msgspec.UnsetType
    items: list[tuple[str, Any, Any]] = [
        (f"item{index}", item, msgspec.field(default=msgspec.UNSET)) for index in range(field.most)
    ]
    return msgspec.defstruct("List", items, array_like=True, forbid_unknown_fields=True)


def _optional(name: str) -> Any:
    return msgspec.field(default=msgspec.UNSET, name=name)


def _messages(problem: str, schema: marshmallow.Schema) -> dict[str, Any]:
    """Return the problem that msgspec found, in the form of the errors of marshmallow."""
    if problem.startswith(UNKNOWN_FIELD):
        # The name may be as long as the body: only what is kept of it is copied.
        start, end = len(UNKNOWN_FIELD), len(problem) - 1
        place = ""
        if item := ITEM.search(problem, max(start, end - MAX_NAME)):
            place, end = f"{item[1]}.", item.start()
        name = problem[start : min(end, start + MAX_NAME)]
        return {place + name: ["Unknown field."]}
    if problem.startswith(TOO_LONG):
        # No schema has two lists: the parser does not say which one it is.
        lists = schema.load_fields.items()
        return {n: [field.rule] for n, field in lists if isinstance(field, ObjectList)}
    if found := PLACE.search(problem):
        return {found[1]: _rule(found[1], schema)}
    return {"_schema": ["Invalid input type. Send one JSON object."]}


def _rule(place: str, schema: marshmallow.Schema) -> Any:
    """Return what the field at a place, such as `age` or `photos[3].age`, says of a list."""
    fields = {field.data_key or key: field for key, field in schema.load_fields.items()}
    name, _, within = place.partition("[")
    field = fields[name]
    if isinstance(field, ObjectList):
        _, _, name = within.partition("].")
        return _rule(name, field.item_schema) if name else [field.rule]
    try:
        field.deserialize([])
    except marshmallow.ValidationError as error:
        return error.messages
    raise AssertionError(f"The field {name} accepts lists.")
