"""What the document of the API says of an operation, declared at the method that serves it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Response

from schemas.request.base import RequestSchema
from schemas.response.base import ResponseSchema

Request = type[RequestSchema[Any]]
View = TypeVar("View", bound=Callable[..., Response])
_OPERATION = "operation"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation; its summary and description are the docstring of the method.

    - `id`: the operationId, from which clients name their functions.
    - `status`, `response`: of success; no response means no body. `media`: other types of the
      response than JSON. `failures`: responses of other statuses that are no problems.
    - `body`: of a JSON request. `form`: of a form that may be sent instead. `query`, `headers`:
      parameters.
    - `location`: whether the header Location names what was created. `etag`: whether the answer to
      a change has the ETag of a read. `cookie`: whether it sets or removes the cookie of a browser.
    - `errors`: what the operation raises besides the errors of its parameters and permissions.
    - `links`: by the id of another operation, which value of the response each parameter has.
    """

    id: str
    status: int = 200
    response: type[ResponseSchema] | None = None
    media: tuple[str, ...] = ()
    failures: Mapping[int, type[ResponseSchema]] = field(default_factory=dict)
    body: Request | None = None
    form: Request | None = None
    query: Request | None = None
    headers: Request | None = None
    location: bool = False
    etag: bool = False
    cookie: bool = False
    errors: tuple[type[Exception], ...] = ()
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def describes(operation: Operation) -> Callable[[View], View]:
    """Return a decorator that declares the operation of a method of a resource."""

    def mark(view: View) -> View:
        setattr(view, _OPERATION, operation)
        return view

    return mark


def operation_of(view: Callable[..., Response]) -> Operation:
    """Return the operation of a method. Raise AttributeError if none is declared."""
    operation: Operation = getattr(view, _OPERATION)
    return operation
