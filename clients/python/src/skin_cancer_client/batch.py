"""Several photos in one request, and again those that the service had no time for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from typing import Any

from skin_cancer_client import calls
from skin_cancer_client.calls import Call, Progress
from skin_cancer_client.effects import Flow, Wait, Work
from skin_cancer_client.errors import ProblemError
from skin_cancer_client.photos import PhotoSource, read_photo
from skin_cancer_client.records import BatchResult, BatchResults, BodySite, Sex
from skin_cancer_client.retries import Retries


def upload_batch(
    call: Callable[[Call[Any]], Flow[Any]],
    retries: Retries,
    photos: Sequence[PhotoSource],
    *,
    shrink: bool,
    age: int | None,
    sex: Sex | None,
    body_site: BodySite | None,
    progress: Progress | None,
    idempotency_key: str | None,
) -> Flow[tuple[BatchResult, ...]]:
    """Have photos assessed by the flow `call`, and return the outcome of each."""
    contents: tuple[bytes, ...] = yield Work(partial(_contents, photos, shrink))
    key = idempotency_key or calls.new_key()
    context: dict[str, Any] = {"age": age, "sex": sex, "body_site": body_site}
    batch: BatchResults = yield from call(
        calls.upload_batch(contents, **context, progress=progress, idempotency_key=key)
    )
    results: list[BatchResult] = []
    for result in batch.results:
        # A photo of a batch can be sent alone with this key: it is assessed once.
        alone = calls.upload(
            contents[result.index],
            **context,
            region=None,
            progress=None,
            idempotency_key=f"{key}/{result.index}",
        )
        results.append((yield from _settled(call, retries, result, alone)))
    return tuple(results)


def _contents(photos: Sequence[PhotoSource], shrink: bool) -> tuple[bytes, ...]:
    return tuple(read_photo(photo, shrink) for photo in photos)


def _settled(
    call: Callable[[Call[Any]], Flow[Any]],
    retries: Retries,
    result: BatchResult,
    alone: Call[Any],
) -> Flow[BatchResult]:
    """Return the outcome of a photo, after it was sent alone if the service asks for it later."""
    wait = None if result.retry_after is None else retries.wait(1, result.retry_after)
    if wait is None:
        return result
    yield Wait(wait)
    try:
        check = yield from call(alone)
    except ProblemError as error:
        later = None if error.retry_after is None else ceil(error.retry_after)
        return replace(result, status=error.status, problem=error.problem, retry_after=later)
    return replace(result, status=201, check=check, problem=None, retry_after=None)
