"""Problem details (RFC 9457) for all errors, and a page for each problem type."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException

from managers import errors
from resources.access_log import HEADER, request_id
from resources.base import BaseResource, public, respond_with
from resources.errors import InvalidRequestError, RequestError
from resources.general_problems import (
    ADVICE,
    INTERNAL,
    METHOD_NOT_ALLOWED,
    PACKED_BODY,
    ProblemType,
)
from resources.operation import Operation, describes
from resources.problem_types import PROBLEMS, type_of
from schemas.response.wording import how_to_retake
from utils.errors import ServiceError
from utils.origin import origin_of
from utils.photo import PhotoError
from utils.security_events import SecurityEvent, log_event

logger = logging.getLogger(__name__)


def register_problems(app: Flask) -> None:
    app.register_error_handler(Exception, respond_to)
    # Flask would log the path of the request, if an error is in what runs after the view.
    app.log_exception = _log_nothing  # type: ignore[method-assign]


def _log_nothing(exc_info: object) -> None:
    """Leave the logging of an error to `respond_to`."""


def respond_to(error: Exception) -> Response:
    """Return the response to an error that a view raised."""
    if isinstance(error, HTTPException) and error.code and error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()  # type: ignore[return-value]
    problem = type_of(type(error))
    if problem is INTERNAL:
        # Flask wraps errors in what runs after the view.
        cause = getattr(error, "original_exception", None) or error
        logger.error("Unexpected error", extra={"error": origin_of(cause)})
    g.problem = problem.slug
    response = current_app.response_class(
        current_app.json.dumps(problem_body(error)),
        problem.status,
        mimetype="application/problem+json",
    )
    response.headers.update({HEADER: request_id(), **headers_of(error)})
    return response


def problem_body(error: Exception) -> dict[str, Any]:
    """Return the problem details of an error, and log it if input was refused."""
    problem = type_of(type(error))
    _log_refusal(error, problem)
    body = problem_details(problem, _detail(error, problem), request.path)
    if isinstance(error, InvalidRequestError):
        body["errors"] = error.messages
    if isinstance(error, errors.PhotoNotAssessableError):
        body["reasons"] = error.reasons
    return body


def _log_refusal(error: Exception, problem: ProblemType) -> None:
    """Log input that was refused. Other events are logged where the decision is made."""
    if isinstance(error, RequestError):
        log_event(SecurityEvent.INVALID_INPUT, reason=problem.slug)
    if isinstance(error, PhotoError):
        log_event(SecurityEvent.PHOTO_REFUSED, reason=problem.slug)


def problem_details(problem: ProblemType, detail: str, instance: str) -> dict[str, Any]:
    """Return the members of RFC 9457, section 3.1, and the id of the request."""
    return {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": int(problem.status),
        "detail": detail,
        "instance": instance,
        "request_id": request_id(),
    }


class ProblemResource(BaseResource):
    """The page of a problem type, at the address in `type`."""

    @describes(Operation(id="getProblem", media=("text/html",), errors=(errors.NotFoundError,)))
    @public
    def get(self, slug: str) -> Response:
        """Return a page about a type of problem: its cause, and what to do."""
        if slug not in PROBLEMS:
            raise errors.NotFoundError("There is no problem type with this name.")
        problem = PROBLEMS[slug]
        page = render_template("problem.html", problem=problem, advice=ADVICE[problem.retry])
        return respond_with(page, "text/html")


def _detail(error: Exception, problem: ProblemType) -> str:
    if isinstance(error, errors.PhotoNotAssessableError):
        return how_to_retake(error.reasons)
    # The messages of all other errors were not written for clients.
    if isinstance(error, ServiceError) and problem is not INTERNAL:
        return str(error) or problem.help
    return problem.help


def headers_of(error: Exception) -> dict[str, str]:
    """Return the headers that the problem of an error has."""
    problem = type_of(type(error))
    if problem.status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if problem is METHOD_NOT_ALLOWED:
        return {"Allow": ", ".join(sorted(getattr(error, "valid_methods", None) or []))}
    if problem is PACKED_BODY:
        return {"Accept-Encoding": "identity"}
    if isinstance(error, errors.TooManyRequestsError):
        return {"Retry-After": str(error.retry_after)}
    if problem.retry_after:
        return {"Retry-After": str(problem.retry_after)}
    return {}
