"""Connections that break at random points of a request or of its answer, 500 times.

The client repeats each request with its Idempotency-Key until it has an answer.
"""

import json
import random
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pybase64
import pytest

from cnn_model.data.synthetic import jpeg, skin_photo
from tests.factories import PASSWORD
from tests.service import Service, on_new_data

pytestmark = pytest.mark.slow

PHOTO = jpeg(skin_photo())
SMALL = jpeg(skin_photo(size=(96, 96)))
PAUSE = 0.2
POINTS = ("request", "before the answer", "answer")
RESET = struct.pack("ii", 1, 0)
Answer = tuple[int, dict[str, str], bytes]


class BrokenConnectionError(Exception):
    """The connection ended before the answer did."""


class BadNetwork:
    """Sends requests over connections that break."""

    def __init__(self, service: Service, seed: int) -> None:
        self._address = ("127.0.0.1", service.port)
        self._random = random.Random(seed)

    def send_until_answered(self, request: bytes, breaks: int) -> list[Answer]:
        """Break so many connections, then none. Return the answers that arrived completely."""
        answers = []
        while breaks:
            try:
                answers.append(self._send(request, self._random.choice(POINTS)))
            except (BrokenConnectionError, ConnectionError):
                breaks -= 1
        # Clients pause before they repeat a request.
        time.sleep(PAUSE)
        return [*answers, self._send(request)]

    def _send(self, request: bytes, point: str = "") -> Answer:
        with socket.create_connection(self._address, timeout=30) as client:
            if self._random.random() < 0.5:
                # A reset instead of an orderly end, at `close`.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            if point == "request":
                client.sendall(request[: self._random.randrange(len(request))])
                raise BrokenConnectionError
            client.sendall(request)
            if point == "before the answer":
                raise BrokenConnectionError
            limit = self._random.randrange(1, 4000) if point == "answer" else None
            return read_answer(client, limit)


def read_answer(client: socket.socket, limit: int | None) -> Answer:
    """Return the answer, if it is complete within `limit` bytes."""
    received = b""
    while b"\r\n\r\n" not in received or not is_complete(received):
        part = client.recv(65536 if limit is None else max(1, limit - len(received)))
        received += part
        if not part or (limit is not None and len(received) >= limit):
            raise BrokenConnectionError
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), headers, body


def is_complete(received: bytes) -> bool:
    head, _, body = received.partition(b"\r\n\r\n")
    (length,) = (
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    return len(body) == length


def request(path: str, body: Any, key: str, token: str = "") -> bytes:
    content = json.dumps(body).encode()
    lines = [
        f"POST /api/v1{path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        f"Idempotency-Key: {key}",
        *([f"Authorization: Bearer {token}"] if token else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + content


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    for service in on_new_data():
        service.start(LOG_LEVEL="warning", RATE_LIMITS_ENABLED="false")
        service.wait_until_ready()
        yield service


@pytest.fixture
def token(service: Service) -> str:
    person = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    return str(service.post("/register", json=person).json()["token"])


def upload(photo: bytes) -> dict[str, str]:
    return {"photo": pybase64.b64encode(photo).decode()}


@pytest.mark.parametrize("seed", range(10))
def test_an_upload_is_one_check(service: Service, token: str, seed: int) -> None:
    network, expected = BadNetwork(service, seed), []
    for _ in range(4):
        sent = request("/user/checks", upload(PHOTO), str(uuid4()), token)
        answers = network.send_until_answered(sent, breaks=10)
        assert {status for status, _, _ in answers} == {201}
        # Also those that arrived before later connections broke.
        assert len({body for _, _, body in answers}) == 1
        assert len({headers["location"] for _, headers, _ in answers}) == 1
        expected.append(json.loads(answers[-1][2])["id"])
    assert service.checks(token) == expected[::-1]


@pytest.mark.parametrize("seed", range(5))
def test_a_batch_is_one_check_for_each_photo(service: Service, token: str, seed: int) -> None:
    network = BadNetwork(service, seed)
    body = {"photos": [upload(PHOTO), upload(SMALL), upload(b"no photo"), upload(PHOTO)]}
    sent = request("/user/checks/batch", body, str(uuid4()), token)
    answers = network.send_until_answered(sent, breaks=10)
    # While a broken batch is still assessed, the next one may have to wait.
    while answers[-1][0] == 503:
        time.sleep(PAUSE)
        answers += network.send_until_answered(sent, breaks=0)
    assert {status for status, _, _ in answers} <= {200, 503}
    results = [json.loads(body)["results"] for status, _, body in answers if status == 200]
    assert [result["status"] for result in results[-1]][2] == 422
    ids = [result["check"]["id"] for result in results[-1] if result["check"]]
    for result in results:
        assert [outcome["check"] for outcome in result] == [o["check"] for o in results[-1]]
    assert service.checks(token) == ids[::-1]


@pytest.mark.parametrize("seed", range(5))
def test_a_registration_is_one_account_with_one_login(service: Service, seed: int) -> None:
    network = BadNetwork(service, seed)
    person = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    answers = network.send_until_answered(request("/register", person, str(uuid4())), breaks=10)
    assert {status for status, _, _ in answers} <= {201, 409}
    answers = [answer for answer in answers if answer[0] == 201]
    accounts = [json.loads(body) for _, _, body in answers]
    assert len({account["user"]["id"] for account in accounts}) == 1
    sessions = service.get("/user/sessions", accounts[-1]["token"]).json()["sessions"]
    assert [session["current"] for session in sessions] == [True]
