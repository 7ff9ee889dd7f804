"""One line for each request, and an id that its answer and all its lines share."""

import logging
import time
from uuid import uuid4

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
PROBES = ("live", "ready")


def register_access_log(app: Flask) -> None:
    """Log every request at `info`, and the probes of load balancers at `debug`."""
    app.before_request(_begin)
    app.after_request(_end)


def request_id() -> str:
    """Return the id of the request. It is drawn here and never taken from the client."""
    if "request_id" not in g:
        g.request_id = uuid4().hex
    return str(g.request_id)


def _begin() -> None:
    g.started = time.perf_counter()
    # The template of the route, and never the path: it has ids in it.
    route = request.url_rule.rule if request.url_rule else "no route"
    clear_contextvars()
    bind_contextvars(request_id=request_id(), method=request.method, route=route)


def _end(response: Response) -> Response:
    identity = g.get("identity")
    level = logging.DEBUG if request.endpoint in PROBES else logging.INFO
    started = g.get("started", time.perf_counter())
    logger.log(
        level,
        "request",
        extra={
            "status": response.status_code,
            "ms": round(1000 * (time.perf_counter() - started), 1),
            "bytes": response.content_length,
            "problem": g.get("problem"),
            "user_id": str(identity.user.id) if identity else None,
        },
    )
    response.headers[HEADER] = request_id()
    return response
