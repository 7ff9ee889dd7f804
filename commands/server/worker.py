"""The server process: requests that never reach Flask, and signals."""

import logging
import signal
import socket
from typing import Any

import orjson
from gunicorn import util
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import ThreadWorker

from resources.problem_types import BAD_REQUEST, INTERNAL
from resources.problems import problem_details

logger = logging.getLogger(__name__)


class Worker(ThreadWorker):
    """Gunicorn's threaded worker, with problem details and an orderly stop."""

    def init_signals(self) -> None:
        """Install the signal handlers; only the master stops a worker."""
        super().init_signals()
        # A terminal sends its Ctrl-C to every process, which would cut off the requests that the
        # master waits for.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept connections or stop to; a worker that stops for good releases the port."""
        super().set_accept_enabled(enabled)
        # New clients reach another process at once, instead of a queue that nobody serves.
        if not self.alive:
            for listener in self.sockets:
                listener.close()

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer a request that cannot be read with problem details."""
        # Gunicorn would answer in HTML, and log what the request holds, which may be a token.
        problem = BAD_REQUEST if isinstance(exc, ParseException) else INTERNAL
        logger.warning("A request that cannot be read: %s", type(exc).__name__)
        body = orjson.dumps(problem_details(problem, problem.help, ""))
        head = (
            f"HTTP/1.1 {int(problem.status)} {problem.status.phrase}\r\n"
            "Connection: close\r\n"
            "Content-Type: application/problem+json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            util.write_nonblock(client, head.encode() + body)
        except OSError:
            logger.debug("The client is gone.")
