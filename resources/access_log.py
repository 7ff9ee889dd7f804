"""One line for each request, and an id that its answer and all its lines share."""

import logging
import re
import time
from functools import cache
from http import HTTPMethod
from uuid import UUID, uuid4

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
METHODS = frozenset(HTTPMethod)
# They come often: probes of load balancers, and what the web client consists of.
QUIET = ("live", "ready", "web_file")


def register_access_log(app: Flask) -> None:
    """Log every request at `info`, probes and files of the web client at `debug`."""
    app.before_request(_begin)
    app.after_request(_end)
    # The thread logs again before its next request, and not about this one.
    app.teardown_request(lambda _: clear_contextvars())


def begin_request(**values: object) -> None:
    """Draw the id of a request. All lines of this thread have it and `values` from now on."""
    # The id is never taken from the client.
    clear_contextvars()
    bind_contextvars(request_id=uuid4().hex, **values)


def request_id() -> str:
    """Return the id of the request that this thread handles."""
    if "request_id" not in get_contextvars():
        begin_request()
    return str(get_contextvars()["request_id"])


def bind_user(user_id: UUID) -> None:
    """Name the user who sent the request in all further lines of it."""
    bind_contextvars(user_id=str(user_id))


def log_request(level: int, status: int, problem: str | None, **values: object) -> None:
    """Log the line of a request that is answered; `problem` is the slug of its problem type."""
    logger.log(level, "request", extra={"status": status, "problem": problem, **values})


def _begin() -> None:
    g.started = time.perf_counter()
    # Any text can be a method. The template of the route has no ids, which the path has.
    method = request.method if request.method in METHODS else "other"
    begin_request(
        method=method, route=_template(request.url_rule.rule) if request.url_rule else None
    )


def _end(response: Response) -> Response:
    level = logging.DEBUG if request.endpoint in QUIET else logging.INFO
    milliseconds = 1000 * (time.perf_counter() - g.get("started", time.perf_counter()))
    log_request(
        level,
        response.status_code,
        g.get("problem"),
        ms=round(milliseconds, 1),
        bytes=response.content_length,
    )
    response.headers[HEADER] = request_id()
    return response


@cache
def _template(rule: str) -> str:
    """Return `/checks/<check_id>` for `/checks/<uuid:check_id>`."""
    return re.sub(r"<\w+:", "<", rule)
