"""The decoder of a server process."""

import contextlib
import json
import logging
import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, cast

from PIL import Image

from constants import KEPT_PHOTO_SIDE, MAX_PHOTO_BYTES, QualityIssue
from utils.errors import BusyError, ServiceError
from utils.photo import ERRORS, NormalisedPhoto, PhotoUnreadableError, require_bytes

logger = logging.getLogger(__name__)

# Not from `config`: the child imports this module too, and needs no library but those of photos.
PROJECT = Path(__file__).parents[2]
# Seconds: for another photo to be decoded, and for this one.
PATIENCE, DEADLINE = 3.0, 15.0
# Bytes. A child that keeps more after a photo is replaced.
MAX_GROWTH = 40 * 2**20
MAX_ANSWER, SHARED_BYTES = 64 * 1024, max(MAX_PHOTO_BYTES, 3 * KEPT_PHOTO_SIDE**2)
# The child gets no secrets. One thread and one arena are enough for one photo at a time. It keeps
# the memory of a usual photo, because new memory takes as long as decoding, and gives back more.
ENVIRONMENT = {
    "PATH": os.defpath,
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": f"{32 * 2**20}",
    "MALLOC_TRIM_THRESHOLD_": f"{48 * 2**20}",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class DecoderUnavailableError(ServiceError):
    """The child process does not start, so that no photo can be decoded."""


class PhotoDecoder:
    """Decodes one photo at a time, in a child process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._child: _Child | None = None

    def start(self) -> None:
        """Start the child process if there is none, so that the next photo does not wait for it."""
        with self._lock:
            self._running_child()

    def normalise(self, content: bytes) -> NormalisedPhoto:
        """Return the photo in an uploaded file, as `utils.photo.normalise` does.

        Raise PhotoError, also if decoding takes too much memory or time, BusyError, and
        DecoderUnavailableError.
        """
        require_bytes(content)
        with self._turn():
            answer = self._decode(content) or self._decode(content)
            if answer is None or self._child is None:
                raise _too_costly()
            # Of the child that answered: another one has other memory.
            image = None if "error" in answer else self._child.image(answer["size"])
            if answer["growth"] > MAX_GROWTH:
                self._replace()
        if image is None:
            raise ERRORS[answer["error"]](answer["message"])
        return NormalisedPhoto(image, tuple(QualityIssue(issue) for issue in answer["issues"]))

    def _decode(self, content: bytes) -> dict[str, Any] | None:
        """Return the answer of the child, None if another process killed it.

        Raise PhotoUnreadableError if the photo ended the child.
        """
        child = self._running_child()
        child.wait_until_ready()
        try:
            return child.decode(content)
        except (OSError, EOFError, ValueError) as error:
            is_killed = not isinstance(error, TimeoutError) and child.is_killed()
            logger.warning("The decoder ended while it decoded", extra={"bytes": len(content)})
            self._replace()
            if is_killed:
                return None
            raise _too_costly() from None

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=PATIENCE):
            raise BusyError("Many photos are being sent at the moment. Try again in some seconds.")
        try:
            yield
        finally:
            self._lock.release()

    def _running_child(self) -> "_Child":
        if self._child is None or not self._child.is_alive():
            self._child = _Child()
        return self._child

    def _replace(self) -> None:
        if self._child:
            self._child.stop()
        self._child = _Child()


class _Child:
    """A child process and the connection to it."""

    def __init__(self) -> None:
        self._is_ready = False
        own, other = socket.socketpair()
        with other, _memory_file() as file:
            file.truncate(SHARED_BYTES)
            self._memory = mmap.mmap(file.fileno(), SHARED_BYTES)
            descriptors = other.fileno(), file.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.photo_decoder.child", *map(str, descriptors)],
                cwd=PROJECT,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # A traceback could contain a part of the photo.
                stderr=subprocess.DEVNULL,
                pass_fds=descriptors,
                # Keeps the terminal's Ctrl-C away. The child ends with its connection.
                start_new_session=True,
            )
        self._connection = Connection(own.detach())
        self.stop = weakref.finalize(self, _stop, self._process, self._connection)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Raise DecoderUnavailableError if the process does not start."""
        if self._is_ready:
            return
        try:
            self._is_ready = self._connection.poll(DEADLINE) and bool(self._connection.recv_bytes())
        except (OSError, EOFError):
            self._is_ready = False
        if not self._is_ready:
            logger.error("The process that decodes photos does not start")
            self.stop()
            raise DecoderUnavailableError

    def is_killed(self) -> bool:
        """Return whether the process was killed, and not by its own limits."""
        return self._process.wait() == -signal.SIGKILL

    def decode(self, content: bytes) -> dict[str, Any]:
        """Return the answer of the child. Raise OSError, EOFError, ValueError."""
        # Through shared memory, because a child that does not read would block a large message.
        self._memory[: len(content)] = content
        self._connection.send_bytes(str(len(content)).encode())
        if not self._connection.poll(DEADLINE):
            raise TimeoutError
        return cast(dict[str, Any], json.loads(self._connection.recv_bytes(MAX_ANSWER)))

    def image(self, size: Sequence[int]) -> Image.Image:
        """Return a copy of the decoded picture with this width and height."""
        width, height = size
        pixels = memoryview(self._memory)[: 3 * width * height]
        return Image.frombytes("RGB", (width, height), pixels)


def _memory_file() -> BinaryIO:
    """Return a file without a name, in memory if the system has such files."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("photo"), "r+b")
    return cast(BinaryIO, tempfile.TemporaryFile())


def _too_costly() -> PhotoUnreadableError:
    return PhotoUnreadableError(
        "The picture takes too long or too much memory to decode. Send a smaller copy, or a JPEG."
    )


def _stop(process: "subprocess.Popen[bytes]", connection: Connection) -> None:
    connection.close()
    process.kill()
    process.wait()


@cache
def photo_decoder() -> PhotoDecoder:
    """Return the decoder of this process."""
    return PhotoDecoder()
