"""Photos in a folder of this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.photo_storage.base import PhotoNotFoundError, StorageUnavailableError
from utils.files import write_private


class LocalPhotoStorage:
    """One file a photo, readable by the service's user alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, key: str, content: bytes) -> None:
        with _failures():
            write_private(self._path(key), content)

    def get(self, key: str) -> bytes:
        with _failures():
            return self._path(key).read_bytes()

    def delete(self, key: str) -> None:
        with _failures():
            self._path(key).unlink(missing_ok=True)

    def probe(self) -> None:
        with _failures():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
                raise PermissionError

    def _path(self, key: str) -> Path:
        """Two levels, because a folder with a million files is slow to work with."""
        return self.folder / key[:2] / f"{key}.jpg"


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise PhotoNotFoundError from error
    except OSError as error:
        raise StorageUnavailableError(f"local folder: {error.strerror}") from error
