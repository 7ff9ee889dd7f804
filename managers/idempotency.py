"""Requests that a client repeats with the same Idempotency-Key, because it got no answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db import unit_of_work
from managers.errors import IdempotencyKeyReusedError, RequestSupersededError
from models import IdempotencyKey
from utils.clock import now

# A client repeats a request within minutes. A phone may be without a network for a night.
KEPT_FOR = timedelta(hours=24)
OTHER_REQUEST = (
    "This Idempotency-Key was used for another request. Use a new random key for each request, and "
    "the same one only to repeat it unchanged."
)


class Operation(StrEnum):
    """What is done once for a key. Each has keys of its own."""

    REGISTER = "register"
    LOGIN = "login"
    REFRESH = "refresh"
    CHANGE_PASSWORD = "change password"  # noqa: S105
    BATCH = "batch"


@dataclass(frozen=True)
class RequestKey:
    """An Idempotency-Key, and when the request that has it arrived."""

    text: str
    asked_at: datetime


@dataclass(frozen=True)
class KeyedRequest:
    """A request with an Idempotency-Key, as the table of the keys knows it."""

    digest: bytes
    request_sha256: bytes
    asked_at: datetime


def keyed(
    operation: Operation,
    key: RequestKey,
    request: Sequence[object] = (),
    owner: UUID | None = None,
) -> KeyedRequest:
    """Return a request with a key.

    `request` has what a repeated request must have too, without secrets that can be guessed.
    `owner` is the user or the login that the key belongs to; without one, all clients share the
    keys.
    """
    digest = _sha256(operation.value, owner, key.text)
    return KeyedRequest(digest, _sha256(*request), key.asked_at)


def is_used(request: KeyedRequest) -> bool:
    """Return whether the key was used. Raise IdempotencyKeyReusedError if for another request."""
    with unit_of_work() as session:
        return find_key(session, request) is not None


def find_key(session: Session, request: KeyedRequest) -> IdempotencyKey | None:
    """Return the row of the key, locked until the end of the transaction, None if it is unused.

    Raise IdempotencyKeyReusedError.
    """
    row = session.get(IdempotencyKey, request.digest, with_for_update=True, populate_existing=True)
    if row is not None and row.request_sha256 != request.request_sha256:
        raise IdempotencyKeyReusedError(OTHER_REQUEST)
    return row


def claim_key(
    session: Session, request: KeyedRequest, user_id: UUID, caller_session_id: UUID | None = None
) -> IdempotencyKey:
    """Return the row of the key, which is new if the key is unused, locked until the end.

    Raise IdempotencyKeyReusedError.
    """
    values = {
        "digest": request.digest,
        "request_sha256": request.request_sha256,
        "user_id": user_id,
        "caller_session_id": caller_session_id,
        "asked_at": request.asked_at,
    }
    # The primary key decides between two requests. The slower one waits here for the faster one.
    new = insert(IdempotencyKey).values(values).on_conflict_do_nothing()
    while True:
        session.execute(new)
        # A row that was there may have been removed in between.
        if (row := find_key(session, request)) is not None:
            return row


def claim_login(
    session: Session, request: KeyedRequest, user_id: UUID, caller_session_id: UUID | None = None
) -> IdempotencyKey:
    """Return the row of the key of a request that starts a login, as `claim_key` does.

    Raise RequestSupersededError if a later request was faster: the client has the tokens of that
    one, and would lose them.
    """
    row = claim_key(session, request, user_id, caller_session_id)
    if row.asked_at > request.asked_at:
        raise RequestSupersededError
    row.asked_at = request.asked_at
    return row


def remove_expired_keys() -> None:
    """Forget the keys that nobody repeats any more."""
    with unit_of_work() as session:
        old = IdempotencyKey.asked_at < now() - KEPT_FOR
        session.execute(delete(IdempotencyKey).where(old))
        session.commit()


def was_caller(session: Session, request: KeyedRequest, session_id: UUID) -> bool:
    """Return whether the key was used by this login, which its request ended."""
    used = select(IdempotencyKey.digest).where(
        IdempotencyKey.digest == request.digest, IdempotencyKey.caller_session_id == session_id
    )
    return session.scalar(used) is not None


def _sha256(*values: object) -> bytes:
    # `repr` keeps the values apart, whatever they contain.
    return hashlib.sha256(repr(values).encode("utf-8", "surrogatepass")).digest()
