"""Several photos in one request."""

import hashlib
import time
from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from db import unit_of_work, violated_constraint
from managers.check import CheckManager
from managers.errors import BusyError, NotAuthenticatedError
from managers.idempotency import Operation, RequestKey, claim_key, keyed
from models import Check, User
from schemas.request.check import Upload
from utils.errors import ServiceError

# Seconds. Proxies and clients often wait for an answer for a minute.
PATIENCE = 30.0
TOO_LONG = "The photos before this one took too long. Send this one again."


class BatchManager:
    def __init__(self, checks: CheckManager) -> None:
        self._checks = checks

    def create(
        self,
        user: User,
        uploads: Sequence[Upload | ServiceError],
        admit: Callable[[int, Upload], None],
        key: RequestKey | None = None,
    ) -> list[Check | ServiceError]:
        """Assess photos one after another, and return the check or the error of each.

        `admit` gets the index of an upload and the upload before it is assessed, and raises if it
        is refused. An upload that is an error already stays one. With an Idempotency-Key, a photo
        has the key of `photo_key`, so that it has one check however often the batch is sent. Raise
        IdempotencyKeyReusedError if the key belongs to another batch, NotAuthenticatedError.
        """
        if key:
            _claim(user.id, key, uploads)
        deadline = time.monotonic() + PATIENCE
        outcomes: list[Check | ServiceError] = []
        for index, upload in enumerate(uploads):
            try:
                if isinstance(upload, ServiceError):
                    raise upload
                if time.monotonic() > deadline:
                    raise BusyError(TOO_LONG)
                admit(index, upload)
                outcomes.append(
                    self._checks.create(user, upload, photo_key(key.text, index) if key else None)
                )
            except NotAuthenticatedError:
                raise
            except ServiceError as error:
                outcomes.append(error)
        return outcomes


def photo_key(key: str, index: int) -> str:
    """Return the Idempotency-Key of one photo of a batch, with which it can be sent alone."""
    return f"{key}/{index}"


def _claim(user_id: UUID, key: RequestKey, uploads: Sequence[Upload | ServiceError]) -> None:
    """Remember the key for this batch. Raise IdempotencyKeyReusedError, NotAuthenticatedError."""
    request = keyed(Operation.BATCH, key, [_fingerprint(upload) for upload in uploads], user_id)
    try:
        with unit_of_work() as session:
            claim_key(session, request, user_id)
            session.commit()
    except IntegrityError as error:
        if violated_constraint(error) == "fk_idempotency_keys_user_id_users":
            raise NotAuthenticatedError("This account has been deleted.") from error
        raise


def _fingerprint(upload: Upload | ServiceError) -> object:
    if isinstance(upload, ServiceError):
        return None
    digest = hashlib.sha256(upload.photo).digest()
    return digest, upload.age, upload.sex, upload.body_site, upload.region
