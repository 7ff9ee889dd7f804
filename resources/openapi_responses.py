"""The responses of an operation in the document of the API."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from werkzeug import exceptions as http

from constants import Role
from managers import errors
from resources.errors import (
    DigestMismatchError,
    InvalidFormError,
    InvalidJSONError,
    InvalidRequestError,
    PackedBodyError,
)
from resources.general_problems import BAD_REQUEST, INTERNAL, ProblemType
from resources.operation import Operation
from resources.problem_types import type_of
from schemas.response.problem import ProblemResponse

BODY_ERRORS = (
    InvalidJSONError,
    InvalidRequestError,
    DigestMismatchError,
    PackedBodyError,
    http.LengthRequired,
    http.RequestEntityTooLarge,
    http.UnsupportedMediaType,
)


def responses_of(
    operation: Operation,
    roles: tuple[Role, ...] | None,
    has_id: bool,
    is_read: bool,
    examples: dict[str, Any],
) -> dict[str, Any]:
    """Return the responses of an operation by status, with examples of their bodies.

    `roles`: those that may call it; empty if any user may, None if it is public. `has_id`: whether
    its path names something that may not exist. `is_read`: whether it answers GET.
    """
    responses = {str(operation.status): _success(operation)}
    if is_read:
        text = "The client has it: its tag is in If-None-Match."
        responses["304"] = _response(text, {})
    for status, schema in operation.failures.items():
        responses[str(status)] = _response(HTTPStatus(status).phrase, _json(schema))
    for status, problems in _by_status(_problems(operation, roles, has_id)).items():
        responses[str(int(status))] = _problem_response(problems)
    for code, example in examples.items():
        for media, content in responses[code]["content"].items():
            if media.endswith("json"):
                content["example"] = example
    return dict(sorted(responses.items()))


def _success(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {}
    # Before JSON: some generators of clients read the first one only.
    for media in operation.media:
        # A text is shown; of anything else only the bytes matter.
        kind = {} if media.startswith("text/") else {"format": "binary"}
        content[media] = {"schema": {"type": "string", **kind}}
    if operation.response:
        content |= _json(operation.response)
    response = _response(HTTPStatus(operation.status).phrase, content)
    if operation.links:
        response["links"] = {
            name: {"operationId": name, "parameters": dict(parameters)}
            for name, parameters in operation.links.items()
        }
    return response


def _problems(
    operation: Operation, roles: tuple[Role, ...] | None, has_id: bool
) -> Iterator[ProblemType]:
    """Return the types of problem that an operation can answer with."""
    kinds: list[type[Exception]] = [*operation.errors]
    if roles is not None:
        kinds += [errors.NotAuthenticatedError, errors.DatabaseUnavailableError]
    if roles:
        kinds.append(errors.ForbiddenError)
    if has_id:
        kinds.append(errors.NotFoundError)
    if operation.body:
        kinds += [*BODY_ERRORS, errors.DatabaseUnavailableError]
    if operation.form:
        kinds.append(InvalidFormError)
    if operation.query or operation.headers:
        kinds.append(InvalidRequestError)
    yield from (BAD_REQUEST, INTERNAL, *map(type_of, kinds))


def _by_status(problems: Iterable[ProblemType]) -> dict[HTTPStatus, list[ProblemType]]:
    by_status: dict[HTTPStatus, list[ProblemType]] = defaultdict(list)
    for problem in sorted(set(problems), key=lambda p: (p.status, p.slug)):
        by_status[problem.status].append(problem)
    return by_status


def _problem_response(problems: list[ProblemType]) -> dict[str, Any]:
    """Return a response whose description names the types of problem."""
    media = {"application/problem+json": {"schema": ProblemResponse}}
    lines = [f"- `/problems/{problem.slug}`: {problem.help}" for problem in problems]
    return _response("\n".join(lines), media) | {
        "x-problems": [problem.slug for problem in problems]
    }


def _response(description: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, **({"content": content} if content else {})}


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
