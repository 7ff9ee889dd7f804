"""What all requests have in common."""

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, pre_load


class RequestSchema(Schema):
    """Refuses unknown fields, and the NUL character, which PostgreSQL cannot keep."""

    class Meta:
        unknown = RAISE

    @pre_load
    def refuse_nul(self, data: Any, **_: Any) -> Any:
        if isinstance(data, Mapping):
            bad = [n for n, value in data.items() if isinstance(value, str) and "\0" in value]
            if bad:
                raise ValidationError({name: ["NUL characters are not allowed."] for name in bad})
        return data
