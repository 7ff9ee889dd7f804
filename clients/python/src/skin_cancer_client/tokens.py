"""Where the refresh token is kept between requests, or between runs of a program."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Protocol


class TokenStore(Protocol):
    """Keeps one refresh token. It can be used once: each use brings the next one."""

    def lock(self) -> AbstractContextManager[None]:
        """Let no other program use the token in the meantime."""
        ...

    def load(self) -> str | None: ...

    def save(self, refresh_token: str | None) -> None:
        """Keep the token, or with None forget it."""
        ...


class MemoryTokens:
    """Keeps the refresh token for as long as the client lives."""

    def __init__(self, refresh_token: str | None = None) -> None:
        """Start with this token."""
        self._token = refresh_token

    def lock(self) -> AbstractContextManager[None]:
        return nullcontext()

    def load(self) -> str | None:
        return self._token

    def save(self, refresh_token: str | None) -> None:
        self._token = refresh_token


class FileTokens:
    """Keeps the refresh token of one service in a file that only its owner can read.

    Programs of one user can share the file: they refresh one after another.
    """

    def __init__(self, path: Path, url: str) -> None:
        """Name the file, and the service that its token is for."""
        self._path = path
        self._url = url

    @contextmanager
    def lock(self) -> Iterator[None]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(lock)
            yield
        finally:
            os.close(lock)

    def load(self) -> str | None:
        """Return the token. One that another service gave is never sent to this one."""
        stored = read_stored(self._path)
        return stored.get("refresh_token") if stored.get("url") == self._url else None

    def save(self, refresh_token: str | None) -> None:
        if refresh_token is None:
            if self.load() is not None:
                self._path.unlink(missing_ok=True)
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps({"url": self._url, "refresh_token": refresh_token})
        # mkstemp makes files of mode 600. A run that is killed here leaves the old file whole.
        number, name = tempfile.mkstemp(dir=self._path.parent, prefix=".tokens-")
        try:
            with os.fdopen(number, "w") as file:
                file.write(text)
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def read_stored(path: Path) -> dict[str, str]:
    """Return what the file of a FileTokens has, nothing if there is none."""
    with suppress(OSError, ValueError):
        stored = json.loads(path.read_text())
        if isinstance(stored, dict):
            return {name: item for name, item in stored.items() if isinstance(item, str)}
    return {}


def _lock(file: int) -> None:
    try:
        import fcntl
    except ImportError:
        # Windows: two programs at once may lose their login, and no more.
        return
    fcntl.flock(file, fcntl.LOCK_EX)
