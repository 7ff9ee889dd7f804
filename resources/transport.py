"""Headers that tell browsers how the service may be used, and the answer to OPTIONS."""

from http import HTTPStatus

from flask import Flask, Response, request

# Seconds: a year.
HSTS = "max-age=31536000"


def register_transport(app: Flask) -> None:
    app.after_request(_add_headers)
    app.after_request(_answer_options)


def _add_headers(response: Response) -> Response:
    # A page of the service may use what it needs; it sets these headers itself.
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if request.is_secure:
        # Not for subdomains: they may belong to somebody else.
        response.headers["Strict-Transport-Security"] = HSTS
    return response


def _answer_options(response: Response) -> Response:
    if request.method == "OPTIONS" and response.status_code == HTTPStatus.OK:
        response.status_code = HTTPStatus.NO_CONTENT
        response.headers["Allow"] = ", ".join(sorted(response.allow))
    if response.status_code == HTTPStatus.NO_CONTENT:
        for name in ("Content-Type", "Content-Length"):
            response.headers.pop(name, None)
    return response
