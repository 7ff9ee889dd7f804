"""Requests of httpx from calls."""

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx

from skin_cancer_client.calls import Call, Progress

CHUNK = 64 * 1024


class Prepared:
    """A call with its body, which is encoded once and can be sent again."""

    def __init__(
        self, call: Call[Any], url: str, user_agent: str, known: httpx.Response | None
    ) -> None:
        """Encode the body. `known` is an earlier answer, for which the request asks no more."""
        self._first = httpx.Request(
            call.method,
            f"{url}/api/v1{call.path}",
            params=call.query,
            json=call.json,
            data=call.form,
            files=[_part(photo) for photo in call.photos] or None,
            headers={
                "Accept": "*/*",
                "Accept-Encoding": "gzip, deflate",
                "User-Agent": user_agent,
                **({"Idempotency-Key": call.key} if call.key else {}),
                **({"If-None-Match": known.headers["ETag"]} if known is not None else {}),
            },
        )
        self._content = self._first.read()
        self._progress = call.progress

    def request(self, access_token: str | None) -> httpx.Request:
        """Return a request to be sent once."""
        first = self._first
        request = httpx.Request(
            first.method, first.url, headers=first.headers, content=self._content
        )
        if access_token:
            request.headers["Authorization"] = f"Bearer {access_token}"
        if self._progress:
            request.stream = _Body(self._content, self._progress)
        return request


def _part(photo: bytes) -> tuple[str, tuple[str, bytes, str, dict[str, str]]]:
    """Return a photo as a part of a form, with its digest, so that no damaged one is assessed."""
    digest = b64encode(hashlib.sha256(photo).digest()).decode()
    # The name of a photo on this machine is nothing that the service needs to know.
    name, media = "photo", "application/octet-stream"
    return "photo", (name, photo, media, {"Content-Digest": f"sha-256=:{digest}:"})


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that tells how much of it was sent."""

    def __init__(self, content: bytes, progress: Progress) -> None:
        self._content = content
        self._progress = progress

    def __iter__(self) -> Iterator[bytes]:
        total = len(self._content)
        self._progress(0, total)
        for start in range(0, total, CHUNK):
            part = self._content[start : start + CHUNK]
            yield part
            # The next part is asked for when this one was sent.
            self._progress(start + len(part), total)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part
