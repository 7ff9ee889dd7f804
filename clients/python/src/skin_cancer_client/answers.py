"""The latest answers of a client, to ask whether they are still right (RFC 9110, section 13)."""

import threading
from collections import OrderedDict
from http import HTTPStatus
from typing import Any

import httpx

from skin_cancer_client.calls import Call

MOST_BYTES = 16 * 1024**2


class Answers:
    """Keeps answers to reads in memory: the oldest go when they have more than `most` bytes."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """Keep nothing yet."""
        self._most = most
        self._kept: OrderedDict[str, httpx.Response] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def known(self, call: Call[Any]) -> httpx.Response | None:
        """Return the latest answer to a call, None if none is kept."""
        with self._lock:
            return self._kept.get(_name(call))

    def whole(
        self, call: Call[Any], response: httpx.Response, known: httpx.Response | None
    ) -> httpx.Response:
        """Return the answer to a call: the known one if the service says that it is right."""
        if response.status_code == HTTPStatus.NOT_MODIFIED and known is not None:
            return known
        if call.method == "GET" and _may_be_kept(response):
            self._keep(_name(call), response)
        return response

    def forget(self) -> None:
        """Forget all answers: another user may log in."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _keep(self, name: str, response: httpx.Response) -> None:
        with self._lock:
            if before := self._kept.pop(name, None):
                self._bytes -= len(before.content)
            self._kept[name] = response
            self._bytes += len(response.content)
            while self._bytes > self._most:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest.content)


def _may_be_kept(response: httpx.Response) -> bool:
    # The service forbids it for pictures, and for what an administrator reads of others.
    is_forbidden = "no-store" in response.headers.get("Cache-Control", "")
    return "ETag" in response.headers and not is_forbidden


def _name(call: Call[Any]) -> str:
    return f"{call.method} {call.path}?{httpx.QueryParams(call.query)}"
