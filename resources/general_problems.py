"""What a type of problem is (RFC 9457), and the types that do not come from a manager."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus


class Retry(StrEnum):
    """Whether a client may send the request again; the values stand in `docs/api.md`."""

    NEVER = "no"
    CHANGED = "changed"
    NOW = "yes"
    LATER = "later"


ADVICE = {
    Retry.NEVER: "Do not send the request again: the answer would be the same.",
    Retry.CHANGED: "Send the request again only after a change: the same one gets the same answer.",
    Retry.NOW: "Send the same request again. With an Idempotency-Key, nothing is done twice.",
    Retry.LATER: "Send the same request again after the seconds in the header Retry-After.",
}


@dataclass(frozen=True)
class ProblemType:
    """A type of problem. `help` explains the cause and the solution on the page of the type."""

    slug: str
    status: HTTPStatus
    title: str
    retry: Retry
    help: str
    retry_after: int | None = None
    """Seconds after which the request may be repeated unchanged."""


INVALID = ProblemType(
    "validation",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "Invalid request",
    Retry.CHANGED,
    "Fields are missing, unknown or invalid. `errors` names each of them and gives the reason. "
    "Correct the fields and send the request again.",
)
INVALID_JSON = ProblemType(
    "invalid-json",
    HTTPStatus.BAD_REQUEST,
    "Invalid JSON",
    Retry.CHANGED,
    "The body is not valid JSON. Send one JSON object in UTF-8, with Content-Type: "
    "application/json.",
)
INVALID_FORM = ProblemType(
    "invalid-form",
    HTTPStatus.BAD_REQUEST,
    "Invalid form data",
    Retry.CHANGED,
    "The body is not the multipart/form-data that its Content-Type announces, or it ends before "
    "its last boundary. `detail` gives the reason. Build the form with a library and resend it.",
)
DIGEST_MISMATCH = ProblemType(
    "digest-mismatch",
    HTTPStatus.BAD_REQUEST,
    "Digest mismatch",
    Retry.NOW,
    "The content that arrived does not match the digest in Content-Digest or photo_sha256. Nothing "
    "was stored. Send the request again. If the error persists, check which bytes the digest was "
    "computed from.",
)
PACKED_BODY = ProblemType(
    "unsupported-content-encoding",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "Unsupported content encoding",
    Retry.CHANGED,
    "The body is compressed. Send it uncompressed: photos are compressed already. The header "
    "Accept-Encoding lists the accepted encodings.",
)
BAD_REQUEST = ProblemType(
    "bad-request",
    HTTPStatus.BAD_REQUEST,
    "Bad request",
    Retry.CHANGED,
    "The request violates the rules of HTTP or of this service. Compare it with the documentation.",
)
NOT_AUTHENTICATED = ProblemType(
    "not-authenticated",
    HTTPStatus.UNAUTHORIZED,
    "Authentication required",
    Retry.CHANGED,
    "The request has no valid access token. Send the header Authorization: Bearer with a token "
    "from /login. Access tokens expire after some minutes: get a new one from /token/refresh, or "
    "log in again.",
)
NOT_FOUND = ProblemType(
    "not-found",
    HTTPStatus.NOT_FOUND,
    "Not found",
    Retry.NEVER,
    "The address is wrong, the resource was deleted, or it belongs to somebody else.",
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed",
    HTTPStatus.METHOD_NOT_ALLOWED,
    "Method not allowed",
    Retry.NEVER,
    "The route does not support this method. Use one of the methods in the header Allow.",
)
LENGTH_REQUIRED = ProblemType(
    "length-required",
    HTTPStatus.LENGTH_REQUIRED,
    "Length required",
    Retry.CHANGED,
    "The body is chunked. Send a Content-Length header instead, so that the service can detect an "
    "incomplete body.",
)
TOO_LARGE = ProblemType(
    "content-too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "Request body too large",
    Retry.CHANGED,
    "Photos may have up to 20 MB, batches up to 60 MB, other requests up to 64 KB. Send a smaller "
    "body.",
)
HEAD_TOO_LARGE = ProblemType(
    "header-too-large",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "Request header too large",
    Retry.CHANGED,
    "The request line and the headers may have up to 32 KB together. Send less in them.",
)
REQUEST_TIMEOUT = ProblemType(
    "request-timeout",
    HTTPStatus.REQUEST_TIMEOUT,
    "Request timeout",
    Retry.NOW,
    "The request did not arrive in time: its headers within ten seconds, its body without a pause "
    "of 30 seconds. Send it again. On a slow connection, send a smaller copy of the photo.",
)
UNSUPPORTED = ProblemType(
    "unsupported-media-type",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "Unsupported media type",
    Retry.CHANGED,
    "Send JSON with Content-Type: application/json. A photo can also be sent as "
    "multipart/form-data.",
)
INTERNAL = ProblemType(
    "internal-error",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Internal server error",
    Retry.NOW,
    "The service failed; the request is not the cause. Try again. If the error persists, report "
    "the request_id of this response to the operator.",
)
