"""Errors in requests that are detected before a manager is called."""

from typing import Any

from utils.errors import ServiceError

MAX_ERRORS, MAX_NAME = 10, 100


class RequestError(ServiceError):
    """The root of the request errors."""


class InvalidRequestError(RequestError):
    """The schema refuses the request; `messages` has the reasons by field."""

    def __init__(self, messages: dict[str, Any]) -> None:
        """Keep some of the messages, and cut names: they come from the client."""
        super().__init__()
        first = list(messages.items())[:MAX_ERRORS]
        self.messages = {str(name)[:MAX_NAME]: message for name, message in first}


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
