"""What every photo storage does."""

from typing import Protocol

from utils.errors import ServiceError


class StorageError(ServiceError):
    """The root of the family; managers translate it, because its message is for operators."""


class StorageUnavailableError(StorageError):
    """The storage cannot be reached, is full, or refuses the service."""


class StorageTimeoutError(StorageUnavailableError):
    """The storage took too long: whoever asks next would wait as long."""


class PhotoNotFoundError(StorageError):
    """The storage is there, the photo is not."""


class PhotoStorage(Protocol):
    """Keeps private JPEG photos under random keys of 32 hexadecimal digits.

    Every method raises StorageUnavailableError when the storage fails.
    """

    def put(self, key: str, content: bytes) -> None:
        """Keep the photo, and return when that is certain; the same key again replaces it."""

    def get(self, key: str) -> bytes:
        """The photo. Raises PhotoNotFoundError."""

    def delete(self, key: str) -> None:
        """Remove the photo; one that is not there is no error."""

    def probe(self) -> None:
        """Return if the storage would work."""
