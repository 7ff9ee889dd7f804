"""Requests that arrive: what is refused before their body is read, and when they are overdue."""

import time
from collections.abc import Callable
from typing import Any

import orjson
from waitress.parser import HTTPRequestParser, ParsingError

from resources.access_log import HEADER, request_id
from resources.problem_types import LENGTH_REQUIRED, TOO_LARGE, ProblemType
from resources.problems import problem_details

BodyLimit = Callable[[str, str], int]
"""From the method and the path of a request to the maximum size of its body in bytes."""

MAX_REQUEST_LINE = 8 * 1024
# Seconds. A phone on a bad network sends a photo at some kilobytes per second, with pauses.
HEAD_TIMEOUT, BODY_PAUSE, BODY_GRACE, SLOWEST_BODY = 10.0, 30.0, 60.0, 4 * 1024


class RequestProblem:
    """The answer to a request that never reaches the application, as waitress expects it."""

    def __init__(self, problem: ProblemType) -> None:
        self.problem = problem

    def to_response(self, _ident: str | None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return the status line, the headers and the body."""
        status = self.problem.status
        body = orjson.dumps(problem_details(self.problem, self.problem.help, ""))
        headers = [
            ("Content-Type", "application/problem+json"),
            ("Cache-Control", "no-store"),
            (HEADER, request_id()),
        ]
        if self.problem.retry_after:
            headers.append(("Retry-After", str(self.problem.retry_after)))
        return f"{int(status)} {status.phrase}", headers, body


class RequestParser(HTTPRequestParser):  # type: ignore[misc]
    """Reads one request. It refuses at the end of the head what no route would accept."""

    def __init__(self, adjustments: Any, body_limit: BodyLimit) -> None:
        super().__init__(adjustments)
        self._body_limit = body_limit
        self.started = time.monotonic()

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the head. Raise ParsingError."""
        if header_plus.find(b"\r\n") > MAX_REQUEST_LINE:
            raise ParsingError("The request line is too long.")
        super().parse_header(header_plus)
        # The length of a chunked body is not known before its end.
        if self.chunked or "TRANSFER_ENCODING" in self.headers:
            self.refuse(LENGTH_REQUIRED)
        elif self.content_length > self._body_limit(self.command, self.path):
            self.refuse(TOO_LARGE)

    def refuse(self, problem: ProblemType) -> None:
        """Complete the request with a problem as its answer; the body is not read."""
        self.error, self.completed = RequestProblem(problem), True
        self.expect_continue = False

    def is_overdue(self, now: float, last_activity: float) -> bool:
        """Return whether the client takes too long to send the rest."""
        if not self.headers_finished:
            return now - self.started > HEAD_TIMEOUT
        allowed = BODY_GRACE + self.content_length / SLOWEST_BODY
        return now - self.started > allowed or now - last_activity > BODY_PAUSE
