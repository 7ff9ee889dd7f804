"""Errors in requests that are detected before a manager is called."""

from typing import Any

from utils.errors import ServiceError


class RequestError(ServiceError):
    """The root of the request errors."""


class InvalidRequestError(RequestError):
    """The schema refuses the request; `messages` has the reasons by field."""

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
    """The body has another content coding than `identity`."""
