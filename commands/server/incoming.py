"""Requests that arrive: what is refused before their body is read, and when they are overdue."""

import re
import time
from collections.abc import Callable
from typing import Any

import orjson
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest

from resources.access_log import HEADER, request_id
from resources.general_problems import LENGTH_REQUIRED, TOO_LARGE, ProblemType
from resources.problems import problem_details

BodyLimit = Callable[[str, str], int]
"""From the method and the path of a request to the maximum size of its body in bytes."""

MAX_REQUEST_LINE = 8 * 1024
REQUEST_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Z]+ [\x21-\x7e]+ HTTP/1\.[01]")
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
            ("X-Content-Type-Options", "nosniff"),
        ]
        if self.problem.retry_after:
            headers.append(("Retry-After", str(self.problem.retry_after)))
        return f"{int(status)} {status.phrase}", headers, body


class RequestParser(HTTPRequestParser):  # type: ignore[misc]
    """Reads one request. It refuses at the end of the head what no route would accept."""

    completed: bool
    completed_at = 0.0

    def __init__(self, adjustments: Any, body_limit: BodyLimit) -> None:
        super().__init__(adjustments)
        self._body_limit = body_limit
        self.started = time.monotonic()

    def received(self, data: bytes) -> int:
        """Take bytes of the request and return how many belong to it."""
        count = int(super().received(data))
        if not self.completed and not self.headers_finished and _has_bare_feed(self.header_plus):
            # A head with other line ends would never end.
            self.error, self.completed = BadRequest("Bare LF"), True
        return count

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the head. Raise ParsingError."""
        names = _field_names(header_plus)
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # of an address or a number that Python does not parse
            raise ParsingError("The request line or a length is invalid.") from error
        if names.count(b"host") != 1 and (self.version == "1.1" or b"host" in names):
            raise ParsingError("The request needs one Host.")
        # The length of a chunked body is not known before its end.
        if b"transfer-encoding" in names:
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
        allowed = BODY_GRACE + self.body_bytes_received / SLOWEST_BODY
        return now - self.started > allowed or now - last_activity > BODY_PAUSE


def _has_bare_feed(head: bytes) -> bool:
    return head.count(b"\n") != head.count(b"\r\n")


def _field_names(head: bytes) -> list[bytes]:
    """Return the names of the fields of a head. Raise ParsingError if it has two meanings."""
    line, *fields = head.split(b"\r\n")
    if len(line) > MAX_REQUEST_LINE or not REQUEST_LINE.fullmatch(line):
        raise ParsingError("The request line is invalid.")
    if any(field.startswith((b" ", b"\t")) for field in fields):
        raise ParsingError("A field continues on the next line.")
    names = [field.partition(b":")[0].lower() for field in fields if field]
    if b"transfer-encoding" in names and b"content-length" in names:
        raise ParsingError("The body has two lengths.")
    return names
