"""What can go wrong, in the words of the domain; `resources/problems.py` turns it into HTTP."""

from db import DatabaseUnavailableError
from utils.errors import ServiceError
from utils.photo import (
    PhotoAnimatedError,
    PhotoTooLargeError,
    PhotoTooSmallError,
    PhotoUnreadableError,
)

__all__ = [
    "DatabaseUnavailableError",
    "DomainError",
    "EmailTakenError",
    "ForbiddenError",
    "IdempotencyKeyReusedError",
    "NotAuthenticatedError",
    "NotFoundError",
    "PhotoAnimatedError",
    "PhotoNotAssessableError",
    "PhotoTooLargeError",
    "PhotoTooSmallError",
    "PhotoUnavailableError",
    "PhotoUnreadableError",
    "ServiceUnavailableError",
    "WeakPasswordError",
    "WrongCredentialsError",
]


class DomainError(ServiceError):
    """The message is meant for the person who asked: what is wrong and what to do."""


class NotAuthenticatedError(DomainError):
    pass


class WrongCredentialsError(DomainError):
    pass


class ForbiddenError(DomainError):
    pass


class NotFoundError(DomainError):
    pass


class EmailTakenError(DomainError):
    pass


class WeakPasswordError(DomainError):
    pass


class IdempotencyKeyReusedError(DomainError):
    pass


class PhotoNotAssessableError(DomainError):
    """Whatever the network said of this photo would mislead; `reasons` name why."""

    def __init__(self, message: str, reasons: list[str]) -> None:
        super().__init__(message)
        self.reasons = reasons


class PhotoUnavailableError(DomainError):
    pass


class ServiceUnavailableError(DomainError):
    """The network, or the place for uploads, is out of order."""

    def __init__(
        self, message: str = "Photos cannot be assessed at the moment. Try again later."
    ) -> None:
        super().__init__(message)
