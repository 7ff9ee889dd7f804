"""Cross-origin requests of browsers, from the origins that the operator names."""

from collections.abc import Sequence

from flask import Flask, Response
from flask_cors import CORS

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ALLOWED = (
    *("Authorization", "Content-Digest", "Content-Type"),
    *("Idempotency-Key", "If-Match", "If-None-Match"),
)
EXPOSED = (
    *("Deprecation", "ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After"),
    *("Sunset", "X-Request-ID"),
)
# Seconds that a browser remembers the answer to a preflight. Chromium accepts no more.
MAX_AGE = 7200


def register_cors(app: Flask, origins: Sequence[str]) -> None:
    """Let pages of these origins call the service. Browsers refuse all others.

    Tokens are in a header that the page sets itself, so that cookies and other credentials of the
    browser are not accepted.
    """
    if not origins:
        return
    CORS(
        app,
        origins=list(origins),
        methods=list(METHODS),
        allow_headers=list(ALLOWED),
        expose_headers=list(EXPOSED),
        max_age=MAX_AGE,
        supports_credentials=False,
        # Without the header Origin, it would list all origins.
        always_send=False,
        # It leaves the header out for a single origin, and for origins that are refused.
        vary_header=False,
        intercept_exceptions=False,
    )
    app.after_request(_vary)


def _vary(response: Response) -> Response:
    response.vary.add("Origin")
    return response
