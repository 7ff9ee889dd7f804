"""The connections of a server process: they are read by one thread, whatever clients do.

The threads that run the application get whole requests only. A client that sends slowly, or does
not read its answer, costs memory and a file descriptor, and never a thread.
"""

# Waitress has the event loop and the buffers. What is added here: deadlines, a place for newcomers
# when there are too many connections, limits of the body by route, and problem details.

import logging
import socket
import time
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from commands.server.incoming import BodyLimit, RequestParser, RequestProblem
from constants import MAX_BATCH_BYTES
from managers.errors import ServiceUnavailableError
from resources.access_log import begin_request, log_request
from resources.general_problems import (
    BAD_REQUEST,
    HEAD_TOO_LARGE,
    INTERNAL,
    LENGTH_REQUIRED,
    REQUEST_TIMEOUT,
    TOO_LARGE,
    ProblemType,
)
from resources.idempotency import ARRIVED_AT
from resources.problem_types import BY_ERROR

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)

MAX_HEAD_BYTES = 32 * 1024
# Seconds.
IDLE_TIMEOUT, UNREAD_TIMEOUT = 15.0, 30.0
# A refused client may send its whole body before it reads the answer.
LINGER_TIMEOUT, LINGER_BYTES = 30.0, 256 * 1024 * 1024
# A client that sends a request when the server stops may finish it, while it sends.
# A client that keeps its connection may have sent one that is not here yet.
STOP_PAUSE, STOP_IDLE = 3.0, 1.0
# Bytes. Larger bodies and answers wait in files without names.
BODY_IN_MEMORY, ANSWER_IN_MEMORY, READ_BYTES = 64 * 1024, 1024 * 1024, 256 * 1024
# An answer is complete before it is sent, so that no thread has to wait for its client.
MAX_UNSENT_BYTES = 2**40
# Of the bodies that are arriving, so that they do not fill the disk. The oldest goes first.
MAX_INCOMPLETE_BYTES = 2**30
UNAVAILABLE = BY_ERROR[ServiceUnavailableError]
PROBLEM_OF_STATUS = {400: BAD_REQUEST, 413: TOO_LARGE, 431: HEAD_TOO_LARGE, 501: LENGTH_REQUIRED}


def adjustments(threads: int, connections: int) -> Adjustments:
    """Return the options of waitress for a process with so many threads and connections."""
    return Adjustments(
        ident=None,
        threads=threads,
        connection_limit=connections,
        cleanup_interval=1,
        recv_bytes=READ_BYTES,
        inbuf_overflow=BODY_IN_MEMORY,
        outbuf_overflow=ANSWER_IN_MEMORY,
        outbuf_high_watermark=MAX_UNSENT_BYTES,
        max_request_header_size=MAX_HEAD_BYTES,
        # The limit of the route applies first.
        max_request_body_size=MAX_BATCH_BYTES + 1,
        log_socket_errors=False,
        # The application decides which headers of proxies it trusts.
        clear_untrusted_proxy_headers=False,
    )


class RefusalTask(ErrorTask):  # type: ignore[misc]
    """Sends the answer to a request that never reaches the application."""

    def execute(self) -> None:
        """Send problem details, also for the errors of waitress."""
        begin_request()
        error = self.request.error
        if not isinstance(error, RequestProblem):
            problem = PROBLEM_OF_STATUS.get(error.code, INTERNAL)
            logger.warning("A request that cannot be read")
            self.request.error = error = RequestProblem(problem)
        log_request(logging.INFO, int(error.problem.status), error.problem.slug)
        # The version of a request that cannot be read is unknown.
        self.version = "1.1"
        super().execute()


class RequestTask(WSGITask):  # type: ignore[misc]
    """Runs the application for one request."""

    def get_environment(self) -> dict[str, Any]:
        """Return the WSGI environment, with the time at which the request was complete."""
        return {**super().get_environment(), ARRIVED_AT: self.request.completed_at}

    def set_close_on_finish(self) -> None:
        """Close the connection after the answer, but not because the answer has no body."""
        # Waitress does so for every answer without a length, such as 204 and 304.
        asked = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or asked or self.version != "1.1":
            super().set_close_on_finish()

    def execute(self) -> None:
        """Answer the request. Tell the client if the connection is closed after it."""
        if not self.channel.server.accepting:
            self.request.headers["CONNECTION"] = "close"
        super().execute()


class Connection(HTTPChannel):  # type: ignore[misc]
    """A connection of a client."""

    task_class = RequestTask
    error_task_class = RefusalTask
    request: RequestParser | None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # When the client last got a whole answer.
        self.waiting_since = time.monotonic()
        self._has_unread_body = False
        self._linger_until: float | None = None
        self._lingered = 0
        # What the client sent behind the request that is in progress.
        self._ahead = b""
        super().__init__(*arguments, **options)

    def parser_class(self, adjustments: Any) -> RequestParser:
        """Return the parser of the next request."""
        return RequestParser(adjustments, self.server.body_limit)

    @property
    def is_waiting(self) -> bool:
        """Whether the service waits for the client, and not the client for the service."""
        return not self.requests

    def idle_seconds(self) -> float:
        return time.time() - float(self.last_activity)

    def received(self, data: bytes) -> None:
        """Take bytes from the client. Refuse the request if its body finds no space."""
        try:
            with self.requests_lock:
                self._ahead = self._take(data)
        except OSError as error:
            logger.error("No space for the body of a request", extra={"reason": error.strerror})
            if self.request is not None:
                self._refuse(self.request, UNAVAILABLE)

    def _take(self, data: bytes) -> bytes:
        """Read one request, and queue it if it is complete. Return the bytes behind it."""
        # Waitress would parse all requests that arrived, which takes fifty times their memory.
        while data and not (self.requests or self.close_when_flushed):
            self.request = self.request or self.parser_class(self.adj)
            data = data[self.request.received(data) :]
            if self.request.completed:
                self.request.completed_at = time.time()
                self.sent_continue = False
                if not self.request.empty:
                    self.requests.append(self.request)
                    self.server.add_task(self)
                self.request = None
            elif self.request.expect_continue and not self.sent_continue:
                self.send_continue()
        return data

    def service(self) -> None:
        """Run the application for one request, in a thread."""
        self._has_unread_body = bool(self.requests[0].error)
        super().service()
        self.waiting_since = time.monotonic()

    def readable(self) -> bool:
        """Return whether to read. Take the next request when the client has the last answer."""
        if self._ahead and super().readable():
            self.received(self._ahead)
        return self._linger_until is not None or bool(super().readable())

    def writable(self) -> bool:
        return self._linger_until is None and bool(super().writable())

    def handle_read(self) -> None:
        """Read what arrived; discard it if the connection only waits for its end."""
        if self._linger_until is None:
            super().handle_read()
            return
        self._lingered += len(self.recv(self.adj.recv_bytes))
        if self._lingered > LINGER_BYTES:
            self.close_now()

    def handle_close(self) -> None:
        """Close the connection, after the client had the time to read a refusal."""
        # Closing a socket with unread data resets the connection, and the answer is lost.
        if self._has_unread_body and self.connected and self._linger_until is None:
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            else:
                self._linger_until = time.monotonic() + LINGER_TIMEOUT
                self.will_close = False
                return
        self.close_now()

    def close_now(self) -> None:
        """Close the connection, and the file of a body that did not arrive completely."""
        super().handle_close()
        if self.request is not None:
            self.request.close()
            self.request = None

    def enforce_deadlines(self, now: float) -> None:
        """Answer, or close, if the client took too long; `now` is of the monotonic clock."""
        if self._linger_until is not None:
            if now > self._linger_until:
                self.close_now()
        elif self.total_outbufs_len:
            if self.idle_seconds() > UNREAD_TIMEOUT:
                self.close_now()
        elif self.requests:
            return
        elif self.request is None:
            if self.idle_seconds() > IDLE_TIMEOUT:
                self.close_now()
        elif self.request.is_overdue(now, now - self.idle_seconds()):
            self._refuse(self.request, REQUEST_TIMEOUT)

    def _refuse(self, request: RequestParser, problem: ProblemType) -> None:
        """Answer a request that did not arrive completely."""
        with self.requests_lock:
            request.refuse(problem)
            self.requests.append(request)
            self.request = None
        self.server.add_task(self)


class Server(TcpWSGIServer):  # type: ignore[misc]
    """Accepts connections on a socket that is bound already."""

    channel_class = Connection
    next_channel_cleanup: float

    def __init__(
        self,
        application: "WSGIApplication",
        channels: dict[int, Any],
        listener: socket.socket,
        dispatcher: ThreadedTaskDispatcher,
        options: Adjustments,
        body_limit: BodyLimit,
    ) -> None:
        """Serve in the threads of `dispatcher`; `channels` is the map of the event loop."""
        self.body_limit = body_limit
        super().__init__(
            application,
            map=channels,
            _sock=listener,
            dispatcher=dispatcher,
            adj=options,
            sockinfo=(listener.family, listener.type, listener.proto, None),
            bind_socket=False,
        )

    def readable(self) -> bool:
        """Return whether connections are accepted; check the deadlines of the present ones."""
        now = time.time()
        if now >= self.next_channel_cleanup:
            self.next_channel_cleanup = now + self.adj.cleanup_interval
            self.maintenance(now)
        return bool(self.accepting)

    def handle_accept(self) -> None:
        """Accept a connection. If there are too many, the one that waited longest goes."""
        if (excess := len(self.active_channels) - self.adj.connection_limit + 1) > 0:
            waiting = [c for c in self.active_channels.values() if c.is_waiting]
            for connection in sorted(waiting, key=lambda c: c.waiting_since)[:excess]:
                connection.close_now()
        super().handle_accept()

    def maintenance(self, _now: float) -> None:
        """Enforce the deadlines of all connections, and the limit of all incomplete bodies."""
        now = time.monotonic()
        for connection in list(self.active_channels.values()):
            connection.enforce_deadlines(now)
        sending = [c for c in self.active_channels.values() if c.request is not None]
        total = sum(connection.request.body_bytes_received for connection in sending)
        for connection in sorted(sending, key=lambda c: c.waiting_since):
            if total <= MAX_INCOMPLETE_BYTES:
                return
            total -= connection.request.body_bytes_received
            connection.close_now()

    def stop_accepting(self) -> None:
        """Close the listening socket: new clients reach another process, or none."""
        # Those whose connection the system has accepted already are answered.
        for _ in range(self.adj.backlog):
            self.handle_accept()
        self.accepting = False
        self.del_channel()
        self.socket.close()

    def finish(self) -> bool:
        """Close the connections whose client pauses; return whether all are closed."""
        for connection in list(self.active_channels.values()):
            is_between = connection.request is None and not connection.total_outbufs_len
            pause = STOP_IDLE if is_between else STOP_PAUSE
            if connection.is_waiting and connection.idle_seconds() > pause:
                connection.close_now()
        return not self.active_channels
