"""A photo storage that never holds a request for long."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import BoundedSemaphore, Lock, Thread
from typing import TypeVar

from services.photo_storage.base import (
    PhotoStorage,
    StorageTimeoutError,
    StorageUnavailableError,
)

Result = TypeVar("Result")

DEADLINE, REST = 5.0, 30.0
"""Seconds: for one call, and without any after one that took too long."""
MAX_CALLS = 32
"""At once in a process, those that nobody waits for any more included."""


class GuardedPhotoStorage:
    """Gives up on a call of `storage` that is late: a server can keep a connection alive for ever
    with a byte now and then. After one that took too long it fails at once until `rest` seconds are
    over; then one call tries, and all others wait for what comes of it (a circuit breaker, Nygard
    2018, Release It!).

    pybreaker would hold a lock during each call.
    """

    def __init__(
        self, storage: PhotoStorage, deadline: float = DEADLINE, rest: float = REST
    ) -> None:
        self._storage = storage
        self._deadline, self._rest = deadline, rest
        self._calls, self._lock = BoundedSemaphore(MAX_CALLS), Lock()
        self._rests_until = 0.0

    def put(self, key: str, content: bytes) -> None:
        self._call(lambda: self._storage.put(key, content))

    def get(self, key: str) -> bytes:
        return self._call(lambda: self._storage.get(key))

    def delete(self, key: str) -> None:
        self._call(lambda: self._storage.delete(key))

    def probe(self) -> None:
        self._call(self._storage.probe)

    def _call(self, function: Callable[[], Result]) -> Result:
        if not self._may_try():
            raise StorageUnavailableError("it took too long a moment ago")
        if not self._calls.acquire(blocking=False):
            raise StorageUnavailableError("too many calls hang")
        try:
            result = self._in_a_thread(function).result(self._deadline)
        except (TimeoutError, StorageTimeoutError) as error:
            self._rests_until = time.monotonic() + self._rest
            raise StorageTimeoutError("it takes too long") from error
        self._rests_until = 0.0
        return result

    def _may_try(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if now < self._rests_until:
                return False
            if self._rests_until:
                self._rests_until = now + self._rest
            return True

    def _in_a_thread(self, function: Callable[[], Result]) -> Future[Result]:
        """A pool would wait for its threads at the end of the process, however long they hang."""
        future: Future[Result] = Future()

        def run() -> None:
            try:
                future.set_result(function())
            except BaseException as error:  # noqa: BLE001 - goes to the one who waits
                future.set_exception(error)
            finally:
                self._calls.release()

        Thread(target=run, daemon=True).start()
        return future
