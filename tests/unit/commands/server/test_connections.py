"""Slow and silent clients cost no thread, and every refusal can be read."""

import errno
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from commands.server import connections, incoming
from commands.server.connections import Server
from constants import MAX_JSON_BYTES, MAX_UPLOAD_BYTES

LARGE_ANSWER = b"x" * 20_000_000
THREADS, MAX_CONNECTIONS = 2, 20
REQUEST = b"GET /path HTTP/1.1\r\nHost: x\r\n\r\n"

Connect = Callable[[], socket.socket]


def application(environment: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer with the path and the length of the body, with much, or with the client."""
    body = environment["wsgi.input"].read()
    path = environment["PATH_INFO"]
    answer = LARGE_ANSWER if path == "/much" else f"{path} {len(body)}".encode()
    if path == "/from":
        answer = f"{environment['REMOTE_ADDR']}, {environment['HTTP_X_FORWARDED_FOR']}".encode()
    if path == "/nothing":
        start_response("304 Not Modified", [])
        return []
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]


def body_limit(_method: str, path: str) -> int:
    return MAX_UPLOAD_BYTES if path == "/photo" else MAX_JSON_BYTES


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that runs in a thread, and checks the deadlines all the time."""
    listener = socket.create_server(("127.0.0.1", 0))
    channels: dict[int, Any] = {}
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(THREADS)
    options = connections.adjustments(THREADS, MAX_CONNECTIONS)
    options.cleanup_interval = 0
    server = Server(application, channels, listener, dispatcher, options, body_limit)
    stopped = threading.Event()

    def loop() -> None:
        while not stopped.is_set():
            wasyncore.loop(timeout=0.02, use_poll=True, map=channels, count=1)

    thread = threading.Thread(target=loop)
    thread.start()
    yield server
    stopped.set()
    thread.join()
    for connection in list(server.active_channels.values()):
        connection.close_now()
    wasyncore.close_all(channels)
    dispatcher.shutdown()


@pytest.fixture
def connect(server: Server) -> Iterator[Connect]:
    """Return a function that connects a client to the server."""
    with ExitStack() as stack:
        address = server.socket.getsockname()
        yield lambda: stack.enter_context(socket.create_connection(address, timeout=10))


def read_all(client: socket.socket) -> tuple[int, bytes]:
    """Return the status and the body of the answer before the end of the connection."""
    content = b""
    with suppress(ConnectionError):
        while part := client.recv(65536):
            content += part
    head, _, body = content.partition(b"\r\n\r\n")
    return int(head.split()[1]) if head else 0, body


def is_served(client: socket.socket) -> bool:
    client.sendall(REQUEST)
    return ends_with(client, b"/path 0")


def ends_with(client: socket.socket, end: bytes) -> bool:
    """Return whether the answers end like this; the connection may stay open."""
    content = b""
    while not content.endswith(end) and (part := client.recv(65536)):
        content += part
    return content.endswith(end)


def head(path: str, length: int, *more: str) -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", *more)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


SLOW = {
    "silent": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost",
    "no body": head("/photo", 1000),
    "half a body": head("/photo", 1000) + b"half",
    "no reader": b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n",
    "many requests and no reader": b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n" * 100,
}


@pytest.mark.parametrize("kind", SLOW)
def test_slow_clients_hold_no_thread(connect: Connect, kind: str) -> None:
    for _ in range(4 * THREADS):
        connect().sendall(SLOW[kind])
    assert is_served(connect())


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [("HEAD_TIMEOUT", "half a head", 408), ("BODY_PAUSE", "half a body", 408)],
)
def test_an_incomplete_request_gets_an_answer_in_the_end(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, name: str, kind: str, status: int
) -> None:
    monkeypatch.setattr(incoming, name, 0.1)
    client = connect()
    client.sendall(SLOW[kind])
    found, body = read_all(client)
    assert found == status
    assert json.loads(body)["type"] == "/problems/request-timeout"


def test_a_body_that_trickles_ends_too(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "BODY_GRACE", 0.2)
    client = connect()
    client.sendall(head("/photo", 1_000_000))
    status = 0
    for _ in range(200):
        client.settimeout(0.05)
        with suppress(TimeoutError):
            status, _ = read_all(client)
            break
        client.sendall(b"x")
    assert status == 408


@pytest.mark.parametrize(
    ("name", "kind"), [("IDLE_TIMEOUT", "silent"), ("UNREAD_TIMEOUT", "no reader")]
)
def test_a_connection_without_progress_is_closed(
    connect: Connect, server: Server, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    connect().sendall(SLOW[kind])
    eventually(lambda: len(server.active_channels) == 1)
    monkeypatch.setattr(connections, name, 0.1)
    eventually(lambda: not server.active_channels)


def eventually(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_newcomers_find_a_place(connect: Connect) -> None:
    """The connection that waited longest is closed, and never one that is being answered."""
    for _ in range(3 * MAX_CONNECTIONS):
        connect().sendall(SLOW["half a head"])
    assert is_served(connect())


def unread_requests(server: Server) -> list[int]:
    """Return the requests in progress of the connections whose client does not read."""
    connections = list(server.active_channels.values())
    return [len(c.requests) for c in connections if c.total_outbufs_len]


def test_requests_are_read_one_at_a_time(connect: Connect, server: Server) -> None:
    connect().sendall(SLOW["many requests and no reader"])
    eventually(lambda: unread_requests(server) == [0])


def test_clients_that_do_not_read_give_way_too(connect: Connect, server: Server) -> None:
    for _ in range(MAX_CONNECTIONS):
        connect().sendall(SLOW["many requests and no reader"])
    eventually(lambda: unread_requests(server) == [0] * MAX_CONNECTIONS)
    assert is_served(connect())
    assert len(server.active_channels) == MAX_CONNECTIONS


def test_a_body_that_finds_no_space_gets_an_answer(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("waitress.buffers.OverflowableBuffer._set_large_buffer", fail)
    client = connect()
    client.sendall(head("/photo", 1_000_000) + bytes(200_000))
    status, body = read_all(client)
    assert status == 503
    assert json.loads(body)["type"] == "/problems/assessment-unavailable"


def test_bodies_that_arrive_do_not_fill_the_disk(
    connect: Connect, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_INCOMPLETE_BYTES", 250_000)
    clients = [connect() for _ in range(4)]
    for client in clients:
        client.sendall(head("/photo", 1_000_000) + bytes(100_000))
        time.sleep(0.05)
    eventually(lambda: len(server.active_channels) == 2)
    assert clients[0].recv(10) == b""
    assert is_served(connect())


def test_pipelined_requests_are_answered_in_order(connect: Connect) -> None:
    client = connect()
    paths = [f"/{number}" for number in range(20)]
    client.sendall(b"".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths))
    answers = b""
    while not answers.endswith(b"/19 0"):
        answers += client.recv(65536)
    assert [part.split()[0].decode() for part in answers.split(b"\r\n\r\n")[1:]] == paths


@pytest.mark.parametrize(
    ("version", "connection", "is_kept"),
    [("1.1", "", True), ("1.1", "Connection: close\r\n", False), ("1.0", "", False)],
)
def test_an_answer_without_a_body_keeps_the_connection(
    connect: Connect, version: str, connection: str, is_kept: bool
) -> None:
    client = connect()
    client.sendall(f"GET /nothing HTTP/{version}\r\nHost: x\r\n{connection}\r\n".encode())
    assert ends_with(client, b"\r\n\r\n")
    with suppress(ConnectionError):
        assert is_served(client) is is_kept


@pytest.mark.parametrize("length", [MAX_UPLOAD_BYTES + 1, 3 * MAX_UPLOAD_BYTES])
def test_a_refused_body_may_be_sent_before_the_answer_is_read(
    connect: Connect, length: int
) -> None:
    client = connect()
    client.sendall(head("/photo", length))
    for _ in range(length // 1_000_000):
        client.sendall(bytes(1_000_000))
    status, body = read_all(client)
    assert status == 413
    assert json.loads(body)["type"] == "/problems/content-too-large"


def test_a_body_is_refused_before_it_is_sent(connect: Connect) -> None:
    client = connect()
    client.sendall(head("/json", MAX_JSON_BYTES + 1, "Expect: 100-continue"))
    assert read_all(client)[0] == 413
    client = connect()
    client.sendall(head("/json", 4, "Expect: 100-continue"))
    assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(b"body")
    assert ends_with(client, b"/json 4")


POST, GET = b"POST / HTTP/1.1\r\nHost: x\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n"
AMBIGUOUS = {
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "the same length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "length and no coding": POST + b"Content-Length: 5\r\nTransfer-Encoding: \r\n\r\nabcde",
    "chunks in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "other coding": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "signed length": POST + b"Content-Length: +5\r\n\r\nabcde",
    "endless length": POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: x\r\n\r\n",
    "only line feeds": b"GET / HTTP/1.1\nHost: x\n\n",
    "blank before colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "continued field": GET + b"X-Field: a\r\n b\r\n\r\n",
    "hidden coding": POST + b"X-Field:\r\n Transfer-Encoding: chunked\r\n\r\n",
    "two hosts": GET + b"Host: y\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "no version": b"GET /\r\nHost: x\r\n\r\n",
    "other version": b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
    "broken address": b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
    "control character": b"GET /a\x01b HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_a_request_with_two_meanings_is_refused(connect: Connect, kind: str) -> None:
    client = connect()
    client.sendall(AMBIGUOUS[kind])
    status, body = read_all(client)
    assert status in (400, 411)
    assert json.loads(body)["status"] == status


def test_a_long_head_is_refused(connect: Connect) -> None:
    client = connect()
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Long: aaaaaaaaaa\r\n" * 20_000)
    status, body = read_all(client)
    assert status == 431
    assert json.loads(body)["type"] == "/problems/header-too-large"


def test_the_application_decides_which_proxies_it_trusts(connect: Connect) -> None:
    client = connect()
    client.sendall(b"GET /from HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
    assert ends_with(client, b"127.0.0.1, 192.0.2.1")


def test_no_answer_names_the_server(connect: Connect) -> None:
    client = connect()
    client.sendall(REQUEST)
    assert b"waitress" not in client.recv(1000).lower()
