"""Parsing of JSON bodies, only as far as a schema could accept them."""

import re
from functools import cache
from typing import Any

import marshmallow
import msgspec

from resources.errors import MAX_NAME, InvalidJSONError, InvalidRequestError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# No field of a request is a list or an object.
Scalar = str | int | float | bool | None
UNKNOWN_FIELD = "Object contains unknown field `"
PLACE = re.compile(r" - at `\$\.(.+)`$", re.DOTALL)


def read_json(body: bytes, schema: marshmallow.Schema) -> dict[str, Scalar]:
    """Return the fields of a JSON object by name.

    The parser stops at the first unknown field and at the first value that is a list or an object,
    so that a large body of such values costs nothing. Raise InvalidJSONError, InvalidRequestError.
    """
    try:
        fields = _decoder(type(schema)).decode(body.removeprefix(BYTE_ORDER_MARK))
    except msgspec.ValidationError as error:
        raise InvalidRequestError(_messages(str(error), schema)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidJSONError(
            "The body is not valid JSON. Send one JSON object in UTF-8."
        ) from error
    values = ((field.encode_name, getattr(fields, field.name)) for field in _fields(fields))
    return {name: value for name, value in values if value is not msgspec.UNSET}


def _fields(struct: msgspec.Struct) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(struct)


@cache
def _decoder(kind: type[marshmallow.Schema]) -> msgspec.json.Decoder[msgspec.Struct]:
    """Return a decoder of objects with the fields of a schema, each of which may be absent."""
    fields: list[tuple[str, Any, Any]] = [
        (name, Scalar | msgspec.UnsetType, _optional(field.data_key or name))
        for name, field in kind().load_fields.items()
    ]
    return msgspec.json.Decoder(msgspec.defstruct("Body", fields, forbid_unknown_fields=True))


def _optional(name: str) -> Any:
    return msgspec.field(default=msgspec.UNSET, name=name)


def _messages(problem: str, schema: marshmallow.Schema) -> dict[str, Any]:
    """Return the problem that msgspec found, in the form of the errors of marshmallow."""
    if problem.startswith(UNKNOWN_FIELD):
        # The name may be as long as the body: only what is kept of it is copied.
        start, end = len(UNKNOWN_FIELD), len(problem) - 1
        return {problem[start : min(end, start + MAX_NAME)]: ["Unknown field."]}
    if place := PLACE.search(problem):
        return {place[1]: _rule(place[1], schema)}
    return {"_schema": ["Invalid input type. Send one JSON object."]}


def _rule(name: str, schema: marshmallow.Schema) -> Any:
    """Return what the field says of a list."""
    fields = {field.data_key or key: field for key, field in schema.load_fields.items()}
    try:
        fields[name].deserialize([])
    except marshmallow.ValidationError as error:
        return error.messages
    raise AssertionError(f"The field {name} accepts lists.")
