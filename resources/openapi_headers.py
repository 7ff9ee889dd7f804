"""The headers of responses in the document of the API."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from managers.errors import TooManyRequestsError
from resources.operation import Operation
from schemas.request.page import PageSchema


def _header(description: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    """Return a header object. `required`: whether each response that lists it has it."""
    described = {"type": "string", **schema}
    return {"description": description, "required": required, "schema": described}


HEADERS = {
    "X-Request-ID": _header("The id of the request, which the log lines about it have too."),
    "Location": _header("The address of what was created.", format="uri-reference"),
    "ETag": _header("The version, for If-None-Match and If-Match."),
    "Retry-After": _header(
        "Seconds after which the request may be repeated unchanged.", type="integer", minimum=0
    ),
    "WWW-Authenticate": _header("The scheme of authentication."),
    "Accept-Encoding": _header(
        "The encodings of bodies that are accepted, if the body was compressed.", required=False
    ),
    "NextLink": _header(
        'The address of the next page, with `rel="next"`. The last page has none.', required=False
    ),
    "SuccessorLink": _header('What to use instead, with `rel="successor-version"`.'),
    "Deprecation": _header("Since when the operation is deprecated (RFC 9745)."),
    "Sunset": _header("Until when the operation stays at least (RFC 8594)."),
    "RateLimit": _header(
        "What is left of rate limits of which less than a fifth is left. Those of wrong passwords "
        "are not told.",
        required=False,
    ),
    "RateLimit-Policy": _header("The rate limits that `RateLimit` names.", required=False),
    "Set-Cookie": _header(
        "The refresh token, or its removal, for a client that sends `Session: cookie`.",
        required=False,
    ),
}
"""The components by their names, which are those of the headers but for `NAMES`."""
NAMES = {"NextLink": "Link", "SuccessorLink": "Link"}
BY_STATUS = {
    HTTPStatus.NOT_MODIFIED: ("ETag",),
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("Accept-Encoding",),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After",),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
}


def headers_of(
    operation: Operation, status: int, *, is_read: bool, is_deprecated: bool
) -> dict[str, str]:
    """Return the components of the headers that a response has, by the name of the header."""
    components = ["X-Request-ID", *BY_STATUS.get(HTTPStatus(status), ())]
    if status in (operation.status, HTTPStatus.NOT_MODIFIED):
        components += _of_success(operation, is_read)
    if TooManyRequestsError in operation.errors:
        components += ["RateLimit", "RateLimit-Policy"]
    if is_deprecated:
        components += ["Deprecation", "Sunset", "SuccessorLink"]
    return {NAMES.get(component, component): component for component in components}


def _of_success(operation: Operation, is_read: bool) -> Iterator[str]:
    if operation.location:
        yield "Location"
    if is_read or operation.etag:
        yield "ETag"
    if operation.query and issubclass(operation.query, PageSchema):
        yield "NextLink"
    if operation.cookie:
        yield "Set-Cookie"
