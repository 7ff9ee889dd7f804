"""The base of all resources. No other module depends on Flask-RESTful."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, request
from flask_restful import Api, Resource
from werkzeug.exceptions import HTTPException

from constants import MAX_JSON_BYTES, Role
from managers import Managers
from managers.errors import NotAuthenticatedError
from managers.token import Identity
from models import User
from resources.access_log import bind_user
from resources.idempotency import request_key
from utils.ip_address import network_of

View = Callable[..., Response]
F = TypeVar("F", bound=View)

_ALLOWED, _ENDS_LOGIN = "allowed", "ends_login"
MAX_DEVICE = 200
OWN_DATA = "private, no-cache"
"""For reads of a user's own data: only the user's client may store them, and always asks first."""


class ProblemApi(Api):
    """The API of Flask-RESTful, which leaves all errors to the handlers of Flask."""

    def error_router(self, original_handler: Callable[[Exception], Any], e: Exception) -> Any:
        # Flask-RESTful's own handlers respond differently in tests and in production.
        return original_handler(e)


def public(view: F) -> F:
    """Mark a method of a resource as public: it needs no token."""
    setattr(view, _ALLOWED, None)
    return view


def requires(role: Role, *others: Role) -> Callable[[F], F]:
    """Return a decorator for a method that only users with one of these roles may call."""

    def mark(view: F) -> F:
        setattr(view, _ALLOWED, (role, *others))
        return view

    return mark


def roles_of(view: View) -> tuple[Role, ...] | None:
    """Return the roles that may call a method; empty if any user may, None if it is public."""
    # Without a mark, any user who is logged in may call the view.
    roles: tuple[Role, ...] | None = getattr(view, _ALLOWED, ())
    return roles


def ends_its_login(view: F) -> F:
    """Mark a method that ends the login of its request, and can be repeated with its key."""
    setattr(view, _ENDS_LOGIN, True)
    return view


def _authenticated(view: View) -> View:
    """Return the view with a check of the access token, unless it is marked as public."""
    allowed = roles_of(view)
    if allowed is None:
        return view

    ends_login = getattr(view, _ENDS_LOGIN, False)

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Response:
        token = _bearer_token()
        repeated = request_key() if ends_login else None
        g.identity = _managers().tokens.identify(token, *allowed, repeated=repeated)
        bind_user(g.identity.user.id)
        return view(*args, **kwargs)

    return checked


class BaseResource(Resource):
    """A resource whose methods need a login unless they are marked with `public`."""

    method_decorators = (_authenticated,)
    max_body = MAX_JSON_BYTES
    """Maximum size of a request body in bytes; larger bodies get 413."""
    cached = "no-store"
    """Cache-Control of successful answers to GET. No cache may store anything else."""
    in_document = True
    """Whether the document of the API describes it: pages for browsers are no part of the API."""

    @property
    def managers(self) -> Managers:
        return _managers()

    def dispatch_request(self, *args: Any, **kwargs: Any) -> Any:
        request.max_content_length = self.max_body
        return super().dispatch_request(*args, **kwargs)


def max_body_of(app: Flask, method: str, path: str) -> int:
    """Return the maximum size of the body of a request, in bytes, before it is read."""
    try:
        endpoint, _ = app.url_map.bind("").match(path, method)
    except HTTPException:
        return MAX_JSON_BYTES
    resource = cast(type[BaseResource], vars(app.view_functions[endpoint])["view_class"])
    return resource.max_body


def current_identity() -> Identity:
    return cast(Identity, g.identity)


def current_user() -> User:
    return current_identity().user


def client_network() -> str:
    """Return the network of the client, behind trusted proxies of the one that they report."""
    return network_of(request.remote_addr or "")


def client_device() -> str | None:
    """Return what the client calls itself, as printable text, at most 200 characters."""
    text = "".join(filter(str.isprintable, request.headers.get("User-Agent", "")))
    return text[:MAX_DEVICE] or None


def respond(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    response = cast(Response, current_app.json.response(body))
    response.status_code = status
    response.headers.update(headers or {})
    return response


def respond_with(content: str | bytes, mimetype: str) -> Response:
    return current_app.response_class(content, mimetype=mimetype)


def no_content() -> Response:
    return current_app.response_class(status=204)


def _managers() -> Managers:
    return cast(Managers, current_app.extensions["managers"])


def _bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticatedError("Send the header Authorization: Bearer with an access token.")
    return token.strip()


def resource_of_request() -> type[BaseResource] | None:
    """Return the class that answers the request, None if no route matches."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "view_class", None)


def _cache_control(response: Response) -> str:
    """Return which caches may store the response: none, but for some reads."""
    resource = resource_of_request()
    is_read = request.method in ("GET", "HEAD") and response.status_code in (200, 304)
    return resource.cached if resource and is_read else "no-store"


def add_security_headers(app: Flask) -> None:
    """Add the security headers to every response."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        # No browser may guess a type or run a script.
        response.headers.setdefault("Cache-Control", _cache_control(response))
        if response.headers["Cache-Control"] == OWN_DATA:
            response.vary.add("Authorization")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
