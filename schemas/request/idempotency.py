"""Request schema for the header that lets a client repeat a request."""

from dataclasses import dataclass

from marshmallow import fields, validate

from schemas.request.base import RequestSchema

PRINTABLE = validate.Regexp(r"[ -~]+\Z", error="Only printable ASCII characters are allowed.")


@dataclass(frozen=True)
class Idempotency:
    key: str | None = None


class IdempotencyHeader(RequestSchema[Idempotency]):
    """Load the header `Idempotency-Key`: 1 to 255 printable ASCII characters."""

    target = Idempotency

    key = fields.String(
        data_key="Idempotency-Key", validate=[validate.Length(min=1, max=255), PRINTABLE]
    )
