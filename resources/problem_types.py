"""The problem types (RFC 9457) and the errors that they stand for."""

from dataclasses import dataclass
from http import HTTPStatus

from werkzeug import exceptions as http

from managers import errors
from resources.errors import (
    DigestMismatchError,
    InvalidDigestError,
    InvalidFormError,
    InvalidJSONError,
    InvalidRequestError,
    PackedBodyError,
)


@dataclass(frozen=True)
class ProblemType:
    """A type of problem; `help` explains on its page what happened and what to do."""

    slug: str
    status: HTTPStatus
    title: str
    help: str


INVALID = ProblemType(
    "validation",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "Invalid request",
    "Fields are missing, unknown or of the wrong kind. `errors` names each of them and says what "
    "is wrong. Correct them and send the request again.",
)
INVALID_JSON = ProblemType(
    "invalid-json",
    HTTPStatus.BAD_REQUEST,
    "Invalid JSON",
    "Send one JSON object in UTF-8, with Content-Type: application/json.",
)
INVALID_FORM = ProblemType(
    "invalid-form",
    HTTPStatus.BAD_REQUEST,
    "Invalid form data",
    "The body is not the multipart/form-data that its Content-Type announces, or ends before its "
    "last boundary. `detail` says what is wrong. Let a library build the form, and send it again.",
)
DIGEST_MISMATCH = ProblemType(
    "digest-mismatch",
    HTTPStatus.BAD_REQUEST,
    "Digest mismatch",
    "The digest in Content-Digest or photo_sha256 is not that of the content that arrived. Nothing "
    "was stored. Send it again; if the error persists, check which bytes were digested.",
)
PACKED_BODY = ProblemType(
    "unsupported-content-encoding",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "Unsupported content encoding",
    "Send the body uncompressed: photos are compressed already. The header Accept-Encoding lists "
    "what is accepted.",
)
BAD_REQUEST = ProblemType(
    "bad-request",
    HTTPStatus.BAD_REQUEST,
    "Bad request",
    "The request breaks the rules of HTTP or of this service. Compare it with the documentation.",
)
NOT_AUTHENTICATED = ProblemType(
    "not-authenticated",
    HTTPStatus.UNAUTHORIZED,
    "Authentication required",
    "Send the header Authorization: Bearer with an access token from /login. Access tokens expire "
    "after some minutes: get a new one at /token/refresh, or log in again.",
)
NOT_FOUND = ProblemType(
    "not-found",
    HTTPStatus.NOT_FOUND,
    "Not found",
    "The address is wrong, the resource was deleted, or it belongs to somebody else.",
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed",
    HTTPStatus.METHOD_NOT_ALLOWED,
    "Method not allowed",
    "The header Allow lists the supported methods.",
)
LENGTH_REQUIRED = ProblemType(
    "length-required",
    HTTPStatus.LENGTH_REQUIRED,
    "Length required",
    "Send a Content-Length header instead of a chunked body, so that nothing is cut off unnoticed.",
)
TOO_LARGE = ProblemType(
    "content-too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "Request body too large",
    "Photos may have up to 20 MB, other requests up to 64 KB.",
)
UNSUPPORTED = ProblemType(
    "unsupported-media-type",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "Unsupported media type",
    "Send JSON with Content-Type: application/json; a photo may also come as multipart/form-data.",
)
INTERNAL = ProblemType(
    "internal-error",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Internal server error",
    "The request is not the cause. Try again; if the error persists, tell the operator when it "
    "occurred.",
)

# A subclass has the type of its nearest ancestor; see `problems.respond_to` for all others.
BY_ERROR: dict[type[Exception], ProblemType] = {
    InvalidRequestError: INVALID,
    InvalidJSONError: INVALID_JSON,
    InvalidFormError: INVALID_FORM,
    InvalidDigestError: BAD_REQUEST,
    DigestMismatchError: DIGEST_MISMATCH,
    PackedBodyError: PACKED_BODY,
    http.NotFound: NOT_FOUND,
    http.MethodNotAllowed: METHOD_NOT_ALLOWED,
    http.LengthRequired: LENGTH_REQUIRED,
    http.RequestEntityTooLarge: TOO_LARGE,
    http.UnsupportedMediaType: UNSUPPORTED,
    errors.NotAuthenticatedError: NOT_AUTHENTICATED,
    errors.NotFoundError: NOT_FOUND,
    errors.WrongCredentialsError: ProblemType(
        "wrong-credentials",
        HTTPStatus.UNAUTHORIZED,
        "Wrong e-mail address or password",
        "Check both. For safety the service does not say which of them is wrong.",
    ),
    errors.ForbiddenError: ProblemType(
        "forbidden",
        HTTPStatus.FORBIDDEN,
        "Forbidden",
        "Some routes are for doctors or administrators only. An administrator can change roles.",
    ),
    errors.EmailTakenError: ProblemType(
        "email-taken",
        HTTPStatus.CONFLICT,
        "E-mail address already registered",
        "Log in with it, or register another address.",
    ),
    errors.WeakPasswordError: ProblemType(
        "weak-password",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Weak password",
        "It is among the commonest passwords. Choose another one, for example four random words.",
    ),
    errors.IdempotencyKeyReusedError: ProblemType(
        "idempotency-key-reused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Idempotency-Key already used",
        "A key stands for one upload: send the same key with the same photo, age, sex and body "
        "site to get the same check, and a new key with each new upload.",
    ),
    errors.PhotoUnreadableError: ProblemType(
        "photo-unreadable",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Unreadable photo",
        "Accepted are JPEG, PNG, WebP and HEIC, recognised by their content and not by their name. "
        "Damaged and incomplete files are refused. Send the photo as the camera made it.",
    ),
    errors.PhotoAnimatedError: ProblemType(
        "photo-animated",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Animated picture",
        "Send a single still photo.",
    ),
    errors.PhotoTooSmallError: ProblemType(
        "photo-too-small",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Photo too small",
        "Both sides must have at least 64 pixels. Send the photo in its original size.",
    ),
    errors.PhotoTooLargeError: ProblemType(
        "photo-too-large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "Photo too large",
        "Photos may have up to 20 MB and 50 megapixels. Send a smaller copy.",
    ),
    errors.PhotoNotAssessableError: ProblemType(
        "photo-not-assessable",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Photo not assessable",
        "The answer to this photo would be misleading. Take it again in daylight, from about ten "
        "centimetres, with the lesion sharp and in the middle. If a lesion worries you, see a "
        "doctor instead of retaking photos.",
    ),
    errors.PhotoUnavailableError: ProblemType(
        "photo-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Photo unavailable",
        "The photo storage is out of reach. The check itself is safe. Try again later.",
    ),
    errors.ServiceUnavailableError: ProblemType(
        "assessment-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Assessment unavailable",
        "There is no working network, or no room for uploads. Everything else works. Try again "
        "later; if a lesion worries you, see a doctor and do not wait for this service.",
    ),
    errors.DatabaseUnavailableError: ProblemType(
        "database-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Database unavailable",
        "Try again later.",
    ),
}

PROBLEMS = {p.slug: p for p in (*BY_ERROR.values(), BAD_REQUEST, INTERNAL)}
