"""A connection that breaks where a test wants it to."""

import select
import socket
import threading
from collections import deque
from enum import Enum, auto
from types import TracebackType
from typing import Self


class Break(Enum):
    BEFORE = auto()
    """Nothing of the request arrives at the service."""
    IN_REQUEST = auto()
    """A part of the request arrives."""
    BEFORE_ANSWER = auto()
    """The service has done its work, and nothing of its answer arrives."""
    IN_ANSWER = auto()
    """A part of the answer arrives."""


class BreakingProxy:
    """Passes requests on to a service; the next ones break as `breaks` says."""

    def __init__(self, port: int) -> None:
        """Listen for a service on this port of this machine."""
        self.breaks: deque[Break] = deque()
        self.requests = 0
        self._service = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._listen, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # This wakes `accept`, which `close` alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._service) as service:
            broken: Break | None = None
            is_answered = True
            while True:
                for sender in select.select((client, service), (), ())[0]:
                    try:
                        data = sender.recv(65536)
                        if sender is client and data and is_answered:
                            is_answered = False
                            self.requests += 1
                            broken = self.breaks.popleft() if self.breaks else None
                        is_answered |= sender is service
                        if not data or not self._pass(data, broken, client, service, sender):
                            return
                    except OSError:
                        return

    def _pass(
        self,
        data: bytes,
        broken: Break | None,
        client: socket.socket,
        service: socket.socket,
        sender: socket.socket,
    ) -> bool:
        """Pass data on. Return whether the connection goes on."""
        if sender is client:
            if broken is Break.IN_REQUEST:
                service.sendall(data[: len(data) // 2])
            elif broken is not Break.BEFORE:
                service.sendall(data)
            return broken not in (Break.BEFORE, Break.IN_REQUEST)
        if broken is Break.IN_ANSWER:
            client.sendall(data[: len(data) // 2])
        elif broken is not Break.BEFORE_ANSWER:
            client.sendall(data)
        return broken not in (Break.BEFORE_ANSWER, Break.IN_ANSWER)
