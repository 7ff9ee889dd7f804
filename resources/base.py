"""What all resources have in common; the one module that knows how Flask-RESTful works."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, request
from flask_restful import Api, Resource

from constants import MAX_JSON_BYTES, Role
from managers import Managers
from managers.errors import NotAuthenticatedError
from managers.token import Identity
from models import User

F = TypeVar("F", bound=Callable[..., Response])


class ProblemApi(Api):
    """Flask-RESTful has error handlers of its own, which answer differently in tests and in
    production; this leaves all errors to Flask's, so that there is one path.
    """

    def error_router(self, original_handler: Callable[[Exception], Any], e: Exception) -> Any:
        return original_handler(e)


class BaseResource(Resource):
    max_body = MAX_JSON_BYTES
    """Bytes of a request's body; more is refused with 413."""

    @property
    def managers(self) -> Managers:
        return cast(Managers, current_app.extensions["managers"])

    def dispatch_request(self, *args: Any, **kwargs: Any) -> Any:
        request.max_content_length = self.max_body
        return super().dispatch_request(*args, **kwargs)


def requires(*roles: Role) -> Callable[[F], F]:
    """Only for people who are logged in; with `roles`, only for those who have one of them."""

    def decorate(view: F) -> F:
        @wraps(view)
        def checked(self: BaseResource, *args: Any, **kwargs: Any) -> Response:
            g.identity = self.managers.tokens.identify(_bearer_token(), *roles)
            return view(self, *args, **kwargs)

        return cast(F, checked)

    return decorate


def current_identity() -> Identity:
    return cast(Identity, g.identity)


def current_user() -> User:
    return current_identity().user


def respond(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    response = cast(Response, current_app.json.response(body))
    response.status_code = status
    response.headers.update(headers or {})
    return response


def picture(content: bytes, mimetype: str) -> Response:
    return current_app.response_class(content, mimetype=mimetype)


def no_content() -> Response:
    return current_app.response_class(status=204)


def _bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticatedError("Send the header Authorization: Bearer with an access token.")
    return token.strip()


def harden(app: Flask) -> None:
    """Headers of every answer: nothing of a person is kept by caches or guessed at by browsers."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
