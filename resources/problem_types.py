"""The problem types (RFC 9457), and the table from errors to types."""

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
from resources.general_problems import (
    BAD_REQUEST,
    DIGEST_MISMATCH,
    HEAD_TOO_LARGE,
    INTERNAL,
    INVALID,
    INVALID_FORM,
    INVALID_JSON,
    LENGTH_REQUIRED,
    METHOD_NOT_ALLOWED,
    NOT_AUTHENTICATED,
    NOT_FOUND,
    PACKED_BODY,
    REQUEST_TIMEOUT,
    TOO_LARGE,
    UNSUPPORTED,
    ProblemType,
    Retry,
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
        Retry.CHANGED,
        "Check both. For security reasons the service does not reveal which of them is wrong.",
    ),
    errors.ForbiddenError: ProblemType(
        "forbidden",
        HTTPStatus.FORBIDDEN,
        "Forbidden",
        Retry.NEVER,
        "Your role does not allow this request: some routes are for doctors or administrators "
        "only, and an administrator can change roles. Or a page of another site sent the request "
        "for a session that is kept in a cookie: open the web client itself.",
    ),
    errors.RefreshSupersededError: ProblemType(
        "refresh-token-superseded",
        HTTPStatus.CONFLICT,
        "Refresh token superseded",
        Retry.NEVER,
        "Another request has used this refresh token in the last ten seconds. The login goes on. "
        "Use the tokens that the other request got, and refresh with one request at a time.",
    ),
    errors.PreconditionFailedError: ProblemType(
        "precondition-failed",
        HTTPStatus.PRECONDITION_FAILED,
        "Precondition failed",
        Retry.CHANGED,
        "The resource is not as If-Match says: it was changed in the meantime. Nothing was done. "
        "Read the resource again, and repeat the request with its new ETag if it is still right.",
    ),
    errors.LastAdministratorError: ProblemType(
        "last-administrator",
        HTTPStatus.CONFLICT,
        "Last administrator",
        Retry.CHANGED,
        "The service needs an administrator, and this is the only one. Nothing was changed. Make "
        "another account an administrator first; then this one can have another role.",
    ),
    errors.EmailTakenError: ProblemType(
        "email-taken",
        HTTPStatus.CONFLICT,
        "E-mail address already registered",
        Retry.CHANGED,
        "The address already has an account. Log in with it, or register another address.",
    ),
    errors.WeakPasswordError: ProblemType(
        "weak-password",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Weak password",
        Retry.CHANGED,
        "The password is easy to guess: it is common, has a pattern, or consists of your name, "
        "your address or words of this service. Choose another one, for example four random words.",
    ),
    errors.TooManyRequestsError: ProblemType(
        "too-many-requests",
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests",
        Retry.LATER,
        "This was done too often in a short time. Nothing was changed. Send it again after "
        "the seconds in Retry-After.",
    ),
    errors.IdempotencyKeyReusedError: ProblemType(
        "idempotency-key-reused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Idempotency-Key already used",
        Retry.CHANGED,
        "The key belongs to another request. Send the same key only to repeat a request unchanged: "
        "nothing is then done twice. Draw a new random key for each new request.",
    ),
    errors.RequestSupersededError: ProblemType(
        "request-superseded",
        HTTPStatus.CONFLICT,
        "Request superseded",
        Retry.NEVER,
        "A later request with the same Idempotency-Key was answered before this one. Its tokens "
        "are valid. Send requests with one key one after another.",
    ),
    errors.PhotoUnreadableError: ProblemType(
        "photo-unreadable",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Unreadable photo",
        Retry.CHANGED,
        "The service accepts JPEG, PNG, WebP and HEIC, and detects the format from the content, "
        "not from the file name. It refuses damaged and incomplete files. Send the photo as the "
        "camera made it.",
    ),
    errors.PhotoAnimatedError: ProblemType(
        "photo-animated",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Animated picture",
        Retry.CHANGED,
        "The file has more than one frame. Send a single still photo.",
    ),
    errors.PhotoTooSmallError: ProblemType(
        "photo-too-small",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Photo too small",
        Retry.CHANGED,
        "Both sides must have at least 64 pixels. Send the photo in its original size.",
    ),
    errors.PhotoTooLargeError: ProblemType(
        "photo-too-large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "Photo too large",
        Retry.CHANGED,
        "Photos may have up to 20 MB and 25 megapixels (WebP 16, a JPEG that is not progressive "
        "50), and the longer side up to 20 times the pixels of the shorter one. Send a copy that "
        "has less.",
    ),
    errors.PhotoNotAssessableError: ProblemType(
        "photo-not-assessable",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Photo not assessable",
        Retry.CHANGED,
        "The result for this photo would be misleading. Retake the photo in daylight, from about "
        "ten centimetres, with the lesion sharp and in the centre. If a lesion worries you, see a "
        "doctor instead of retaking photos.",
    ),
    errors.BusyError: ProblemType(
        "service-busy",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Service busy",
        Retry.LATER,
        "Too many requests of this kind are being processed. Nothing was stored. Send the request "
        "again after the seconds in Retry-After.",
        retry_after=5,
    ),
    errors.PhotoUnavailableError: ProblemType(
        "photo-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Photo unavailable",
        Retry.LATER,
        "The photo storage is unreachable, or it did not return the stored photo. The data of the "
        "check are not affected. Try again later.",
        retry_after=30,
    ),
    errors.ServiceUnavailableError: ProblemType(
        "assessment-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Assessment unavailable",
        Retry.LATER,
        "No working model is available, or there is no space for uploads. All other functions "
        "work. Try again later. If a lesion worries you, see a doctor and do not wait for this "
        "service.",
        retry_after=30,
    ),
    errors.DatabaseUnavailableError: ProblemType(
        "database-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Database unavailable",
        Retry.LATER,
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
