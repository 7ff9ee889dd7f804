"""Errors in requests, found before a manager is called."""

from typing import Any

from utils.errors import ServiceError


class RequestError(ServiceError):
    """The root of the errors in requests."""


class InvalidRequestError(RequestError):
    """A request that its schema refuses; `messages` explains it by field."""

    def __init__(self, messages: dict[str, Any]) -> None:
        super().__init__()
        self.messages = messages


class InvalidJSONError(RequestError):
    pass


class InvalidFormError(RequestError):
    pass


class InvalidDigestError(RequestError):
    pass


class DigestMismatchError(RequestError):
    pass


class PackedBodyError(RequestError):
    """A body in another content coding than `identity`."""
