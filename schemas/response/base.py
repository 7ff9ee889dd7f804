"""The base of all response schemas."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields


class ResponseSchema(Schema):
    """Dump a response, which has all of its fields; fields that can be null say so."""

    class Meta:
        # In the document of the API: a later version may add fields.
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = True
