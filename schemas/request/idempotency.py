"""Request schema for the header that lets a client repeat a request."""

from dataclasses import dataclass

from marshmallow import fields, validate

from schemas.fields import Pattern
from schemas.request.base import RequestSchema


def key_field(longest: int) -> fields.String:
    """Return a field for the header Idempotency-Key: 1 to `longest` printable ASCII characters."""
    return fields.String(
        data_key="Idempotency-Key",
        validate=[
            validate.Length(min=1, max=longest),
            Pattern("^[ -~]+$", error="Only printable ASCII characters are allowed."),
        ],
        metadata={
            "description": "A new random text for each request, and the same to repeat a request "
            "that got no answer: it is then done once."
        },
    )


@dataclass(frozen=True)
class Idempotency:
    key: str | None = None


class IdempotencyHeader(RequestSchema[Idempotency]):
    target = Idempotency

    key = key_field(255)
