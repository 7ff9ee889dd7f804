"""What can be wrong with a request, before any manager sees it."""

from typing import Any

from utils.errors import ServiceError


class RequestError(ServiceError):
    """The root of the family."""


class InvalidRequestError(RequestError):
    """A request that its schema refuses; `messages` tells it field by field."""

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
