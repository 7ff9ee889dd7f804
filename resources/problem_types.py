"""Every kind of error that a client can get: its address, status and words (RFC 9457)."""

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
    """`help` is what its page says: what happened, and what to do."""

    slug: str
    status: HTTPStatus
    title: str
    help: str


INVALID = ProblemType(
    "validation",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The request is not valid",
    "Fields are missing, unknown or of the wrong kind. `errors` names each of them and says what "
    "is wrong. Correct them and send the request again.",
)
INVALID_JSON = ProblemType(
    "invalid-json",
    HTTPStatus.BAD_REQUEST,
    "The body is not valid JSON",
    "Send one JSON object in UTF-8, with Content-Type: application/json.",
)
INVALID_FORM = ProblemType(
    "invalid-form",
    HTTPStatus.BAD_REQUEST,
    "The form cannot be read",
    "The body is not the multipart/form-data that its Content-Type announces, or ends before its "
    "last boundary. `detail` says what is wrong. Let a library build the form, and send it again.",
)
DIGEST_MISMATCH = ProblemType(
    "digest-mismatch",
    HTTPStatus.BAD_REQUEST,
    "The content is not what was sent",
    "The digest in Content-Digest or photo_sha256 is not that of what arrived: something changed "
    "it on its way. Nothing was kept. Send it again; if it stays, check what was digested.",
)
PACKED_BODY = ProblemType(
    "unsupported-content-encoding",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "Packed bodies are not accepted",
    "Send the body as it is: photos are packed already. The header Accept-Encoding names what is "
    "accepted.",
)
BAD_REQUEST = ProblemType(
    "bad-request",
    HTTPStatus.BAD_REQUEST,
    "The request cannot be understood",
    "The request breaks the rules of HTTP or of this service. Compare it with the documentation.",
)
NOT_AUTHENTICATED = ProblemType(
    "not-authenticated",
    HTTPStatus.UNAUTHORIZED,
    "You are not logged in",
    "Send the header Authorization: Bearer with an access token from /login. Access tokens expire "
    "after some minutes: get a new one at /token/refresh, or log in again.",
)
NOT_FOUND = ProblemType(
    "not-found",
    HTTPStatus.NOT_FOUND,
    "There is nothing here",
    "The address is wrong, or what stood here was deleted, or it belongs to somebody else.",
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed",
    HTTPStatus.METHOD_NOT_ALLOWED,
    "This method is not supported here",
    "The header Allow lists the methods that are.",
)
LENGTH_REQUIRED = ProblemType(
    "length-required",
    HTTPStatus.LENGTH_REQUIRED,
    "The length of the body is missing",
    "Send a Content-Length header instead of a chunked body, so that nothing is cut off unnoticed.",
)
TOO_LARGE = ProblemType(
    "content-too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "The body is too large",
    "Photos may have up to 20 MB, other requests up to 64 KB.",
)
UNSUPPORTED = ProblemType(
    "unsupported-media-type",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "The type of the body is not supported",
    "Send JSON with Content-Type: application/json; a photo may also come as multipart/form-data.",
)
INTERNAL = ProblemType(
    "internal-error",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "The service made a mistake",
    "This is not your fault. Try again; if it stays, tell the operator when it happened.",
)

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
        "The e-mail address or the password is wrong",
        "Check both. For safety the service does not say which of them is wrong.",
    ),
    errors.ForbiddenError: ProblemType(
        "forbidden",
        HTTPStatus.FORBIDDEN,
        "Your role does not allow this",
        "Some routes are for doctors or administrators only. An administrator can change roles.",
    ),
    errors.EmailTakenError: ProblemType(
        "email-taken",
        HTTPStatus.CONFLICT,
        "This e-mail address has an account",
        "Log in with it, or register another address.",
    ),
    errors.WeakPasswordError: ProblemType(
        "weak-password",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "This password is too easy to guess",
        "It is among the commonest passwords. Choose another one, for example four random words.",
    ),
    errors.IdempotencyKeyReusedError: ProblemType(
        "idempotency-key-reused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "This Idempotency-Key belongs to another upload",
        "A key stands for one upload: send the same key with the same photo, age, sex and body "
        "site to get the same check, and a new key with each new upload.",
    ),
    errors.PhotoUnreadableError: ProblemType(
        "photo-unreadable",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The photo cannot be read",
        "Accepted are JPEG, PNG, WebP and HEIC, recognised by their content and not by their name. "
        "Damaged and incomplete files are refused. Send the photo as the camera made it.",
    ),
    errors.PhotoAnimatedError: ProblemType(
        "photo-animated",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The picture is animated",
        "Send a single still photo.",
    ),
    errors.PhotoTooSmallError: ProblemType(
        "photo-too-small",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The photo has too few pixels",
        "Both sides must have at least 64 pixels. Send the photo in its original size.",
    ),
    errors.PhotoTooLargeError: ProblemType(
        "photo-too-large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The photo is too large",
        "Photos may have up to 20 MB and 50 megapixels. Send a smaller copy.",
    ),
    errors.PhotoNotAssessableError: ProblemType(
        "photo-not-assessable",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The photo cannot be assessed",
        "Whatever the network said of this photo would mislead. Take it again in daylight, from "
        "about ten centimetres, with the lesion sharp and in the middle. If a lesion worries you, "
        "see a doctor instead of retaking photos.",
    ),
    errors.PhotoUnavailableError: ProblemType(
        "photo-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The photo cannot be read at the moment",
        "The photo storage is out of reach. The check itself is safe. Try again later.",
    ),
    errors.ServiceUnavailableError: ProblemType(
        "assessment-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Photos cannot be assessed at the moment",
        "The network or the room for uploads is missing. Everything else works. Try again later; "
        "if a lesion worries you, see a doctor and do not wait for this service.",
    ),
    errors.DatabaseUnavailableError: ProblemType(
        "database-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The service cannot reach its database",
        "Try again later.",
    ),
}

PROBLEMS = {p.slug: p for p in (*BY_ERROR.values(), BAD_REQUEST, INTERNAL)}
