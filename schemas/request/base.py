"""The base of all request schemas."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from marshmallow import RAISE, Schema, ValidationError, post_load, pre_load

Loaded = TypeVar("Loaded")


class RequestSchema(Schema, Generic[Loaded]):
    """Load a request into the dataclass `target`, which has the defaults of absent fields.

    Refuse unknown fields and NUL characters.
    """

    target: type[Loaded]

    class Meta:
        unknown = RAISE

    @pre_load
    def refuse_nul(self, data: Any, **_: Any) -> Any:
        # PostgreSQL cannot store NUL characters.
        if isinstance(data, Mapping):
            bad = [n for n, value in data.items() if isinstance(value, str) and "\0" in value]
            if bad:
                raise ValidationError(
                    {name: ["NUL characters are not allowed. Remove them."] for name in bad}
                )
        return data

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Loaded:
        return self.target(**data)
