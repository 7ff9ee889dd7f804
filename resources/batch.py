"""Several photos in one request."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from flask import Response, request
from marshmallow import ValidationError

from constants import MAX_BATCH_BYTES
from managers import errors
from managers.rate_limit import Limit
from models import Check
from resources.base import BaseResource, current_user, respond
from resources.content_digest import require_sha256
from resources.errors import InvalidRequestError
from resources.idempotency import request_key
from resources.operation import Operation, describes
from resources.parsing import parse
from resources.problems import headers_of, problem_body
from schemas.request.batch import BatchForm, BatchIdempotencyHeader, BatchRequest
from schemas.request.check import Upload
from schemas.response.batch import BatchResultsResponse
from utils.errors import BusyError, ServiceError

# Two batches in base64 would take a third of a gigabyte. A process decodes one photo at a time, so
# that a second batch gains nothing.
_turn, PATIENCE = BoundedSemaphore(1), 3.0


class BatchResource(BaseResource):
    max_body = MAX_BATCH_BYTES

    @describes(
        Operation(
            id="createChecks",
            response=BatchResultsResponse,
            body=BatchRequest,
            form=BatchForm,
            headers=BatchIdempotencyHeader,
            errors=(
                errors.TooManyRequestsError,
                errors.IdempotencyKeyReusedError,
                errors.BusyError,
            ),
        )
    )
    def post(self) -> Response:
        """Assess several photos, one after another, and return the outcome of each.

        A photo that is refused has a problem instead of a check. With an Idempotency-Key, the batch
        can be repeated until each photo has a check.
        """
        user = current_user()
        self.managers.rate_limits.require_upload(user.id, request.content_length or 0)
        key = request_key(BatchIdempotencyHeader())
        with _one_at_a_time():
            uploads = [_readable(upload) for upload in parse(BatchRequest(), "batch").photos]
            outcomes = self.managers.batches.create(user, uploads, self._admit, key)
        results = [_result(index, outcome) for index, outcome in enumerate(outcomes)]
        return respond(BatchResultsResponse().dump({"results": results}))

    def _admit(self, index: int, upload: Upload) -> None:
        """Count a photo and compare its digest. Raise TooManyRequestsError, DigestMismatchError."""
        # The request itself counts as the first photo.
        if index:
            self.managers.rate_limits.require(Limit.UPLOAD, current_user().id)
        require_sha256(upload.photo_sha256, upload.photo)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait until this process has no other batch. Raise BusyError."""
    if not _turn.acquire(timeout=PATIENCE):
        raise BusyError("Other photos are being assessed. Try again in some seconds.")
    try:
        yield
    finally:
        _turn.release()


def _readable(upload: Upload | ValidationError) -> Upload | ServiceError:
    if isinstance(upload, Upload):
        return upload
    messages = upload.messages
    return InvalidRequestError(messages if isinstance(messages, dict) else {"photo": messages})


def _result(index: int, outcome: Check | ServiceError) -> dict[str, Any]:
    """Return the outcome of a photo, with the status that it would have had alone."""
    if isinstance(outcome, Check):
        return {"index": index, "status": 201, "check": outcome} | dict.fromkeys(
            ("problem", "retry_after")
        )
    problem = problem_body(outcome)
    retry_after = headers_of(outcome).get("Retry-After")
    return {
        "index": index,
        "status": problem["status"],
        "check": None,
        "problem": problem,
        "retry_after": retry_after and int(retry_after),
    }
