"""An S3 endpoint in front of a working one, which misbehaves on request."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PAGE = b"<html><body>Log in to this network</body></html>"


class Edge(ThreadingHTTPServer):
    """Passes requests on; with a `habit`, answers with that instead, and counts the calls."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream)
        self.habit: Callable[[_Handler], None] | None = None
        self.calls = 0
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Edge

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.calls += 1
        if self.server.habit:
            self.close_connection = True
            self.server.habit(self)
        else:
            self.pass_on()

    def pass_on(self) -> None:
        upstream = self.server.upstream
        connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port)
        connection.request(self.command, self.path, self.body, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.finish_with(content, len(content) if self.command != "HEAD" else 0)

    def answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.finish_with(content, len(content))

    def finish_with(self, content: bytes, length: int) -> None:
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()


def hang(handler: _Handler) -> None:
    handler.server.released.wait(60)


def trickle(handler: _Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not handler.server.released.wait(0.2):
        handler.wfile.write(b"x")
        handler.wfile.flush()


def loop(handler: _Handler) -> None:
    handler.answer(307, Location=f"{handler.server.url}{handler.path}")


def cut(handler: _Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc")


def garbage(handler: _Handler) -> None:
    handler.wfile.write(b"\x16\x03\x01\x02\x00\x01garbage\r\n\r\n")


def refused(code: str) -> Callable[[_Handler], None]:
    body = f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode()
    return lambda handler: handler.answer(403, body, Content_Type="application/xml")


HABITS: dict[str, Callable[[_Handler], None]] = {
    "a page with 200": lambda h: h.answer(200, PAGE, Content_Type="text/html"),
    "a page with 403": lambda h: h.answer(403, PAGE, Content_Type="text/html"),
    "a page with 404": lambda h: h.answer(404, PAGE, Content_Type="text/html"),
    "a page with 502": lambda h: h.answer(502, PAGE, Content_Type="text/html"),
    "nothing with 200": lambda h: h.answer(200),
    "nothing with 204": lambda h: h.answer(204),
    "a redirect to itself": loop,
    "a redirect elsewhere": lambda h: h.answer(301, Location="http://127.0.0.1:9/"),
    "a redirect without a place": lambda h: h.answer(307),
    "broken XML": lambda h: h.answer(500, b"<Error><Code>Oops", Content_Type="application/xml"),
    "XML of another type": lambda h: h.answer(400, b"<?xml version='1.0'?><a/>"),
    "a cut body": cut,
    "no HTTP": garbage,
    "a closed connection": lambda h: None,
    "a skewed clock": refused("RequestTimeTooSkewed"),
    "slow down": refused("SlowDown"),
}


@contextmanager
def edge_of(upstream: str) -> Iterator[Edge]:
    server = Edge(upstream)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        time.sleep(0)
        server.shutdown()
        server.server_close()
