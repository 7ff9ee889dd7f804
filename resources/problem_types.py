"""The problem types (RFC 9457), and the table from errors to types."""

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
    """A type of problem. `help` explains the cause and the solution on the page of the type."""

    slug: str
    status: HTTPStatus
    title: str
    help: str
    retry_after: int | None = None
    """Seconds after which the request may be repeated unchanged."""


INVALID = ProblemType(
    "validation",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "Invalid request",
    "Fields are missing, unknown or invalid. `errors` names each of them and gives the reason. "
    "Correct the fields and send the request again.",
)
INVALID_JSON = ProblemType(
    "invalid-json",
    HTTPStatus.BAD_REQUEST,
    "Invalid JSON",
    "The body is not valid JSON. Send one JSON object in UTF-8, with Content-Type: "
    "application/json.",
)
INVALID_FORM = ProblemType(
    "invalid-form",
    HTTPStatus.BAD_REQUEST,
    "Invalid form data",
    "The body is not the multipart/form-data that its Content-Type announces, or it ends before "
    "its last boundary. `detail` gives the reason. Build the form with a library and resend it.",
)
DIGEST_MISMATCH = ProblemType(
    "digest-mismatch",
    HTTPStatus.BAD_REQUEST,
    "Digest mismatch",
    "The content that arrived does not match the digest in Content-Digest or photo_sha256. Nothing "
    "was stored. Send the request again. If the error persists, check which bytes the digest was "
    "computed from.",
)
PACKED_BODY = ProblemType(
    "unsupported-content-encoding",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "Unsupported content encoding",
    "The body is compressed. Send it uncompressed: photos are compressed already. The header "
    "Accept-Encoding lists the accepted encodings.",
)
BAD_REQUEST = ProblemType(
    "bad-request",
    HTTPStatus.BAD_REQUEST,
    "Bad request",
    "The request violates the rules of HTTP or of this service. Compare it with the documentation.",
)
NOT_AUTHENTICATED = ProblemType(
    "not-authenticated",
    HTTPStatus.UNAUTHORIZED,
    "Authentication required",
    "The request has no valid access token. Send the header Authorization: Bearer with a token "
    "from /login. Access tokens expire after some minutes: get a new one from /token/refresh, or "
    "log in again.",
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
    "The route does not support this method. Use one of the methods in the header Allow.",
)
LENGTH_REQUIRED = ProblemType(
    "length-required",
    HTTPStatus.LENGTH_REQUIRED,
    "Length required",
    "The body is chunked. Send a Content-Length header instead, so that the service can detect an "
    "incomplete body.",
)
TOO_LARGE = ProblemType(
    "content-too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "Request body too large",
    "Photos may have up to 20 MB, batches up to 60 MB, other requests up to 64 KB. Send a smaller "
    "body.",
)
HEAD_TOO_LARGE = ProblemType(
    "header-too-large",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "Request header too large",
    "The request line and the headers may have up to 32 KB together. Send less in them.",
)
REQUEST_TIMEOUT = ProblemType(
    "request-timeout",
    HTTPStatus.REQUEST_TIMEOUT,
    "Request timeout",
    "The request did not arrive in time: its headers within ten seconds, its body without a pause "
    "of 30 seconds. Send it again. On a slow connection, send a smaller copy of the photo.",
)
UNSUPPORTED = ProblemType(
    "unsupported-media-type",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "Unsupported media type",
    "Send JSON with Content-Type: application/json. A photo can also be sent as "
    "multipart/form-data.",
)
INTERNAL = ProblemType(
    "internal-error",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Internal server error",
    "The service failed; the request is not the cause. Try again. If the error persists, report "
    "the request_id of this response to the operator.",
)

# A subclass has the type of its nearest ancestor. `problems.respond_to` handles all other errors.
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
        "Check both. For security reasons the service does not reveal which of them is wrong.",
    ),
    errors.ForbiddenError: ProblemType(
        "forbidden",
        HTTPStatus.FORBIDDEN,
        "Forbidden",
        "Your role does not allow this request. Some routes are for doctors or administrators "
        "only. An administrator can change roles.",
    ),
    errors.RefreshSupersededError: ProblemType(
        "refresh-token-superseded",
        HTTPStatus.CONFLICT,
        "Refresh token superseded",
        "Another request has used this refresh token in the last ten seconds. The login goes on. "
        "Use the tokens that the other request got, and refresh with one request at a time.",
    ),
    errors.PreconditionFailedError: ProblemType(
        "precondition-failed",
        HTTPStatus.PRECONDITION_FAILED,
        "Precondition failed",
        "The resource is not as If-Match says: it was changed in the meantime. Nothing was done. "
        "Read the resource again, and repeat the request with its new ETag if it is still right.",
    ),
    errors.EmailTakenError: ProblemType(
        "email-taken",
        HTTPStatus.CONFLICT,
        "E-mail address already registered",
        "The address already has an account. Log in with it, or register another address.",
    ),
    errors.WeakPasswordError: ProblemType(
        "weak-password",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Weak password",
        "The password is easy to guess: it is common, has a pattern, or consists of your name, "
        "your address or words of this service. Choose another one, for example four random words.",
    ),
    errors.TooManyRequestsError: ProblemType(
        "too-many-requests",
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests",
        "This was done too often in a short time. Nothing was changed. Send it again after "
        "the seconds in Retry-After.",
    ),
    errors.IdempotencyKeyReusedError: ProblemType(
        "idempotency-key-reused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Idempotency-Key already used",
        "The key belongs to another request. Send the same key only to repeat a request unchanged: "
        "nothing is then done twice. Draw a new random key for each new request.",
    ),
    errors.RequestSupersededError: ProblemType(
        "request-superseded",
        HTTPStatus.CONFLICT,
        "Request superseded",
        "A later request with the same Idempotency-Key was answered before this one. Its tokens "
        "are valid. Send requests with one key one after another.",
    ),
    errors.PhotoUnreadableError: ProblemType(
        "photo-unreadable",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Unreadable photo",
        "The service accepts JPEG, PNG, WebP and HEIC, and detects the format from the content, "
        "not from the file name. It refuses damaged and incomplete files. Send the photo as the "
        "camera made it.",
    ),
    errors.PhotoAnimatedError: ProblemType(
        "photo-animated",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Animated picture",
        "The file has more than one frame. Send a single still photo.",
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
        "Photos may have up to 20 MB and 25 megapixels (WebP 16, a JPEG that is not progressive "
        "50), and the longer side up to 20 times the pixels of the shorter one. Send a copy that "
        "has less.",
    ),
    errors.PhotoNotAssessableError: ProblemType(
        "photo-not-assessable",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Photo not assessable",
        "The result for this photo would be misleading. Retake the photo in daylight, from about "
        "ten centimetres, with the lesion sharp and in the centre. If a lesion worries you, see a "
        "doctor instead of retaking photos.",
    ),
    errors.BusyError: ProblemType(
        "service-busy",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Service busy",
        "Too many requests of this kind are being processed. Nothing was stored. Send the request "
        "again after the seconds in Retry-After.",
        retry_after=5,
    ),
    errors.PhotoUnavailableError: ProblemType(
        "photo-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Photo unavailable",
        "The photo storage is unreachable, or it did not return the stored photo. The data of the "
        "check are not affected. Try again later.",
        retry_after=30,
    ),
    errors.ServiceUnavailableError: ProblemType(
        "assessment-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Assessment unavailable",
        "No working model is available, or there is no space for uploads. All other functions "
        "work. Try again later. If a lesion worries you, see a doctor and do not wait for this "
        "service.",
        retry_after=30,
    ),
    errors.DatabaseUnavailableError: ProblemType(
        "database-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Database unavailable",
        "The database is unreachable. Try again later.",
        retry_after=30,
    ),
}

# No error class has these. The server itself gives the last two.
OTHERS = (BAD_REQUEST, INTERNAL, HEAD_TOO_LARGE, REQUEST_TIMEOUT)

PROBLEMS = {problem.slug: problem for problem in (*BY_ERROR.values(), *OTHERS)}


def type_of(kind: type[Exception]) -> ProblemType:
    """Return the problem type of a kind of error: that of its nearest ancestor."""
    for ancestor in kind.__mro__:
        if ancestor in BY_ERROR:
            return BY_ERROR[ancestor]
    code = getattr(kind, "code", None) if issubclass(kind, http.HTTPException) else None
    return BAD_REQUEST if code and code < HTTPStatus.INTERNAL_SERVER_ERROR else INTERNAL
