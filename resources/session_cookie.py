"""The refresh token in a cookie, for clients in a browser that ask for it.

A script can read what stands in JSON, and so can one that an attacker brings into the page. The
cookie is out of reach of scripts.
"""

from urllib.parse import urlsplit

from flask import Response, current_app, request

from constants import API_PREFIX
from managers import Managers
from managers.errors import ForbiddenError, NotAuthenticatedError
from managers.token import Tokens
from resources.base import respond
from schemas.response.user import TokensResponse

HEADER, VALUE = "Session", "cookie"
COOKIE, PATH = "refresh_token", f"{API_PREFIX}/token/refresh"
CROSS_SITE = "A page of another site sent this request. Open the web client itself."


def uses_cookie() -> bool:
    """Return whether the client keeps its refresh token in a cookie.

    Raise ForbiddenError if a page of another site sent the request.
    """
    if not _asks_for_cookie():
        return False
    if not _is_same_origin():
        raise ForbiddenError(CROSS_SITE)
    return True


def cookie_token() -> str:
    """Return the refresh token of the cookie. Raise NotAuthenticatedError if there is none."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise NotAuthenticatedError("There is no session in this browser. Log in.")
    return token


def respond_with_tokens(
    tokens: Tokens, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Return the tokens: the refresh token in the cookie if the client wants that, else in JSON."""
    body = TokensResponse().dump(tokens)
    if not uses_cookie():
        return respond(body, status, headers)
    response = respond({**body, "refresh_token": None}, status, headers)
    managers: Managers = current_app.extensions["managers"]
    response.set_cookie(
        COOKIE,
        tokens.refresh_token,
        max_age=managers.tokens.refresh_seconds,
        path=PATH,
        secure=_is_secure(),
        httponly=True,
        samesite="Strict",
    )
    return response


def forget_cookie(response: Response) -> Response:
    """Remove the cookie with this response, if the client has one."""
    if _asks_for_cookie():
        response.delete_cookie(
            COOKIE, path=PATH, secure=_is_secure(), httponly=True, samesite="Strict"
        )
    return response


def _asks_for_cookie() -> bool:
    # A page of another site cannot send this header, unless CORS allows it.
    return request.headers.get(HEADER, "").strip().lower() == VALUE


def _is_same_origin() -> bool:
    """Return whether the browser says that a page of this service sent the request."""
    origin = request.headers.get("Origin")
    if origin is not None:
        # A proxy that ends TLS may hide the scheme, but not the host.
        return urlsplit(origin).netloc == request.host
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _is_secure() -> bool:
    return request.is_secure or request.headers.get("Origin", "").startswith("https://")
