"""Errors as problem details (RFC 9457): one shape from every layer, and a page for each type."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from managers import errors
from resources.problem_types import (
    BAD_REQUEST,
    BY_ERROR,
    BY_STATUS,
    INTERNAL,
    METHOD_NOT_ALLOWED,
    PACKED_BODY,
    PROBLEMS,
    InvalidRequestError,
    ProblemType,
)
from utils.origin import origin_of

logger = logging.getLogger(__name__)


def register_problems(app: Flask) -> None:
    app.register_error_handler(Exception, respond_to)
    app.add_url_rule("/problems/<slug>", "problem", problem_page)


def respond_to(error: Exception) -> Response:
    """The answer to any error that left a view."""
    if isinstance(error, HTTPException) and error.code and error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()  # type: ignore[return-value]
    problem = _type_of(error)
    if problem is INTERNAL:
        logger.error("Unexpected %s", origin_of(error))
    body = problem_details(problem, _detail(error, problem), request.path)
    if isinstance(error, InvalidRequestError):
        body["errors"] = error.messages
    if isinstance(error, errors.PhotoNotAssessableError):
        body["reasons"] = error.reasons
    response = current_app.response_class(
        current_app.json.dumps(body), problem.status, mimetype="application/problem+json"
    )
    response.headers.update(_headers(error, problem))
    return response


def problem_details(problem: ProblemType, detail: str, instance: str) -> dict[str, Any]:
    """The members of RFC 9457, section 3.1."""
    return {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": int(problem.status),
        "detail": detail,
        "instance": instance,
    }


def problem_page(slug: str) -> str:
    """What a `type` address shows."""
    if slug not in PROBLEMS:
        raise errors.NotFoundError("There is no such problem type.")
    return render_template("problem.html", problem=PROBLEMS[slug])


def _type_of(error: Exception) -> ProblemType:
    for kind in type(error).__mro__:
        if kind in BY_ERROR:
            return BY_ERROR[kind]
    if not isinstance(error, HTTPException) or not error.code:
        return INTERNAL
    client = error.code < HTTPStatus.INTERNAL_SERVER_ERROR
    return BY_STATUS.get(HTTPStatus(error.code), BAD_REQUEST if client else INTERNAL)


def _detail(error: Exception, problem: ProblemType) -> str:
    """Only domain errors carry words that were written for the client."""
    if type(error) in BY_ERROR and not isinstance(error, errors.DatabaseUnavailableError):
        return str(error) or problem.help
    return problem.help


def _headers(error: Exception, problem: ProblemType) -> dict[str, str]:
    if problem.status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if problem is METHOD_NOT_ALLOWED:
        return {"Allow": ", ".join(getattr(error, "valid_methods", None) or [])}
    if problem is PACKED_BODY:
        return {"Accept-Encoding": "identity"}
    if problem.status is HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": "30"}
    return {}
