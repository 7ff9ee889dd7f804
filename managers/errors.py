"""Domain errors. `resources/problem_types.py` maps them to HTTP."""

from collections.abc import Sequence
from math import ceil

from constants import QualityIssue
from db import DatabaseUnavailableError
from utils.errors import BusyError, ServiceError
from utils.photo import (
    PhotoAnimatedError,
    PhotoTooLargeError,
    PhotoTooSmallError,
    PhotoUnreadableError,
)

__all__ = [
    "BusyError",
    "DatabaseUnavailableError",
    "DomainError",
    "EmailTakenError",
    "ForbiddenError",
    "IdempotencyKeyReusedError",
    "KeysNamedError",
    "LastAdministratorError",
    "NotAuthenticatedError",
    "NotFoundError",
    "PhotoAnimatedError",
    "PhotoNotAssessableError",
    "PhotoTooLargeError",
    "PhotoTooSmallError",
    "PhotoUnavailableError",
    "PhotoUnreadableError",
    "PreconditionFailedError",
    "RefreshSupersededError",
    "RequestSupersededError",
    "ServiceUnavailableError",
    "TooManyRequestsError",
    "WeakPasswordError",
    "WrongCredentialsError",
]


class DomainError(ServiceError):
    """The root of the domain errors. The message tells the client what to do."""


class NotAuthenticatedError(DomainError):
    pass


class RefreshSupersededError(DomainError):
    """Another request of the client has used the refresh token a moment ago."""

    def __init__(self) -> None:
        super().__init__(
            "Another request has refreshed this login a moment ago. Use the tokens that it got."
        )


class WrongCredentialsError(DomainError):
    pass


class ForbiddenError(DomainError):
    pass


class NotFoundError(DomainError):
    pass


class PreconditionFailedError(DomainError):
    """The row is not as the client knows it."""

    def __init__(self) -> None:
        super().__init__("It was changed since you read it. Read it again, and decide anew.")


class EmailTakenError(DomainError):
    pass


class WeakPasswordError(DomainError):
    pass


class TooManyRequestsError(DomainError):
    """A rate limit is used up for `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many requests of this kind. Try again in {_in_words(retry_after)}.")
        self.retry_after = retry_after


class IdempotencyKeyReusedError(DomainError):
    pass


class KeysNamedError(DomainError):
    """The settings name the keys, so that no command can change them."""


class LastAdministratorError(DomainError):
    """The account is the only one of an administrator, and must stay one."""

    def __init__(self) -> None:
        super().__init__(
            "This is the last administrator. Make another account an administrator first."
        )


class RequestSupersededError(DomainError):
    """A later request with the same Idempotency-Key was answered first."""

    def __init__(self) -> None:
        super().__init__(
            "A later request with this Idempotency-Key was answered already. Use its answer."
        )


class PhotoNotAssessableError(DomainError):
    """The result for this photo would be misleading, because of `reasons`."""

    def __init__(self, reasons: Sequence[QualityIssue]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = list(reasons)


class PhotoUnavailableError(DomainError):
    pass


class ServiceUnavailableError(DomainError):
    """No working model is available, or there is no space for uploads."""

    def __init__(
        self, message: str = "Photos cannot be assessed at the moment. Try again later."
    ) -> None:
        super().__init__(message)


def _in_words(seconds: int) -> str:
    """Return a time to wait, rounded up to minutes or hours if it is long."""
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds > 2 * length:
            return f"{ceil(seconds / length)} {unit}"
    return f"{seconds} seconds" if seconds > 1 else "a second"
