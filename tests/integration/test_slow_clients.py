"""Slow clients, and processes that are killed, beside people who use the running service."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import MAX_UPLOAD_BYTES
from tests.service import Service, on_new_data

pytestmark = pytest.mark.slow

# More than twice the threads of both processes together.
SLOW_CLIENTS, UPLOADS, ATTEMPTS = 40, 12, 50
PERSON = {"email": "user@example.com", "password": "four random words"}
POST = b"POST /api/v1/user/checks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
ANNOUNCED = POST + b"Content-Length: 1000000\r\n\r\n"
SLOW = {
    "idle": b"",
    "half a head": POST,
    "no body": ANNOUNCED,
    "half a body": ANNOUNCED + bytes(100_000),
    "no reader": b"GET /api/v1/model HTTP/1.1\r\nHost: x\r\n\r\n" * 200,
}
PHOTO = jpeg(skin_photo())


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    for service in on_new_data():
        service.start(LOG_LEVEL="warning", RATE_LIMITS_ENABLED="false")
        service.wait_until_ready()
        yield service


@pytest.fixture(scope="module")
def token(service: Service) -> str:
    return str(service.post("/register", json=PERSON).json()["token"])


def upload(service: Service, token: str) -> requests.Response:
    return service.post("/user/checks", token, files={"photo": ("photo.jpg", PHOTO)})


def connect(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=30)


@pytest.mark.parametrize("kind", SLOW)
def test_others_are_served(service: Service, token: str, kind: str) -> None:
    with ExitStack() as stack:
        for _ in range(SLOW_CLIENTS):
            stack.enter_context(connect(service)).sendall(SLOW[kind])
        assert requests.get(f"{service.root}/health/live", timeout=30).status_code == 200
        assert upload(service, token).status_code == 201


@pytest.mark.parametrize("path", ["/api/v1/user/checks", "/api/v1/login", "/api/v1/none"])
def test_a_refusal_can_be_read_after_everything_was_sent(service: Service, path: str) -> None:
    length = MAX_UPLOAD_BYTES + 1
    with connect(service) as client:
        client.sendall(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()
        )
        client.sendall(bytes(length))
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"/problems/content-too-large" in answer


def workers(service: Service) -> list[int]:
    assert service.process
    pid = service.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(child) for child in children if "python" in Path(f"/proc/{child}/exe").readlink().name
    ]


def test_a_killed_process_loses_no_accepted_check(service: Service, token: str) -> None:
    """Uploads in progress may fail. Those that were answered are there."""
    accepted: list[str] = []
    is_under_way = threading.Event()

    def upload_some() -> None:
        for _ in range(UPLOADS):
            accepted.append(upload_until_accepted())
            is_under_way.set()

    def upload_until_accepted() -> str:
        for _ in range(ATTEMPTS):
            # ChunkedEncodingError, of a connection that ends in an answer, is no ConnectionError.
            with suppress(requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                answer = upload(service, token)
                assert answer.status_code == 201
                return str(answer.json()["id"])
            time.sleep(0.1)
        raise AssertionError("No upload was accepted.")

    before = set(service.checks(token))
    threads = [threading.Thread(target=upload_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert is_under_way.wait(30)
    first, *_ = workers(service)
    os.kill(first, signal.SIGKILL)
    for thread in threads:
        thread.join()
    headers = {"Authorization": f"Bearer {token}"}
    page = requests.get(
        f"{service.root}/api/v1/user/checks", {"limit": "100"}, headers=headers, timeout=30
    ).json()
    found = {check["id"] for check in page["checks"]}
    assert len(accepted) == 4 * UPLOADS
    assert set(accepted) <= found - before
    service.wait_until_ready()
    assert first not in workers(service)


def test_a_kept_connection_is_told_of_the_stop(service: Service) -> None:
    """This test is the last one of the file: it stops the service."""
    request = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    assert service.process
    with connect(service) as client, connect(service) as silent:
        silent.sendall(SLOW["half a head"])
        client.sendall(request + request[:10])
        answers = b""
        while not answers.endswith(b"}"):
            answers += client.recv(65536)
        assert b"Connection: close" not in answers
        service.process.send_signal(signal.SIGTERM)
        assert service.refuses_within(10)
        client.sendall(request[10:])
        answer = b"".join(iter(lambda: client.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"Connection: close" in answer
    output = service.output()
    assert service.process.returncode == 0
    assert "Traceback" not in output
    assert service.is_gone()
