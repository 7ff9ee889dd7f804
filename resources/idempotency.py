"""The Idempotency-Key of a request."""

from datetime import UTC, datetime

from flask import request

from managers.idempotency import RequestKey
from resources.parsing import parse
from schemas.request.base import RequestSchema
from schemas.request.idempotency import Idempotency, IdempotencyHeader
from utils.clock import now

ARRIVED_AT = "skin_detector.arrived_at"
"""Name in the WSGI environment: when the server had the whole request, in seconds (Unix time)."""


def request_key(schema: RequestSchema[Idempotency] | None = None) -> RequestKey | None:
    """Return the key of the request, if there is one. Raise InvalidRequestError."""
    text = parse(schema or IdempotencyHeader(), "headers").key
    return RequestKey(text, _arrived_at()) if text else None


def _arrived_at() -> datetime:
    # A request may wait for a thread, while its client gives up and sends it again.
    arrived = request.environ.get(ARRIVED_AT)
    return now() if arrived is None else datetime.fromtimestamp(arrived, UTC)
