"""File locks (flock) that processes share.

Unlike process ids, they vanish with their holder, however it dies, and none is ever reused.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def lock(path: Path, mode: int) -> int:
    """Return a descriptor that holds the lock until it is closed.

    `mode` is `fcntl.LOCK_SH` or `LOCK_EX`. Wait for other holders, or, with `LOCK_NB`, raise
    BlockingIOError.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, mode)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextlib.contextmanager
def locked(path: Path, mode: int) -> Iterator[int]:
    """Hold the lock while the body runs, and yield its descriptor. Raises as `lock` does."""
    descriptor = lock(path, mode)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def is_free(path: Path) -> bool:
    """Return whether nobody holds the lock, neither shared nor exclusive."""
    try:
        with locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return True
    except BlockingIOError:
        return False
