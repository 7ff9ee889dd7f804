"""The worker process of the server: signals, and requests that never reach Flask."""

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
        """Install the signal handlers. Only the master stops a worker."""
        super().init_signals()
        # A terminal sends Ctrl-C to every process. This would abort the requests that the master
        # waits for.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Start or stop to accept connections. A worker that ends releases the port."""
        super().set_accept_enabled(enabled)
        # New clients then reach another process at once, and not a queue that no process serves.
        if not self.alive:
            for listener in self.sockets:
                listener.close()

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Respond to an unreadable request with problem details."""
        # Gunicorn would respond in HTML, and log the content of the request, which may be a token.
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
