"""The interface of photo storages."""

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
    """Keep private JPEG photos under random keys of 32 hexadecimal digits.

    Every method raises StorageUnavailableError if the storage fails.
    """

    def put(self, key: str, content: bytes) -> None:
        """Store the photo durably before returning; replace one with the same key."""

    def get(self, key: str) -> bytes:
        """Return the photo. Raise PhotoNotFoundError."""

    def delete(self, key: str) -> None:
        """Remove the photo, if it is there."""

    def probe(self) -> None:
        """Check that the storage works."""
