"""Locks that processes share through a file; they vanish with their holder, however it dies."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def lock(path: Path, kind: int) -> int:
    """A descriptor that holds the lock (`fcntl.LOCK_SH` or `LOCK_EX`) until it is closed."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, kind)
    return descriptor


@contextlib.contextmanager
def locked(path: Path, kind: int) -> Iterator[int]:
    """Holds the lock while the body runs. Raises BlockingIOError with `fcntl.LOCK_NB`."""
    descriptor = lock(path, kind)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def is_free(path: Path) -> bool:
    """Nobody holds the lock, neither shared nor alone."""
    try:
        with locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return True
    except BlockingIOError:
        return False
