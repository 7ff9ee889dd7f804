"""`make run`: the real server, as a person starts and stops it."""

import json
import os
import re
import secrets
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import create_engine, text

from cnn_model.data.synthetic import jpeg, skin_photo
from cnn_model.serving.description import BUNDLED, NAME
from tests.service import Service, on_new_data

pytestmark = pytest.mark.slow

PERSON = {"email": "user@example.com", "password": "four random words"}


service = pytest.fixture(on_new_data)


@pytest.fixture(scope="module")
def shared() -> Iterator[Service]:
    """One that runs already."""
    for service in on_new_data():
        service.start(WORKERS="1")
        service.wait_until_ready()
        yield service


def test_serves_and_finds_everything_again(service: Service) -> None:
    service.start(NETWORK_FILE=str(BUNDLED / f"{NAME}.tflite"))
    service.wait_until_ready()
    token = service.post("/register", json=PERSON).json()["token"]
    photo = {"photo": ("photo.jpg", jpeg(skin_photo()))}
    check = service.post("/user/checks", token, files=photo)
    assert check.status_code == 201
    output = service.stop()
    assert f"{service.root}/api/v1/user/checks" in output
    assert "Traceback" not in output
    assert token not in output
    assert service.is_gone()

    service.start()
    service.wait_until_ready()
    assert service.checks(token) == [check.json()["id"]]


def test_log_lines_name_module_and_line(service: Service) -> None:
    service.start(WORKERS="1")
    service.wait_until_ready()
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        connection.sendall(b"\0\1\2\r\n\r\n")
        assert connection.recv(50)
    output = service.stop()
    assert re.search(r"^\S+Z INFO alembic\.runtime\.migration:\d+: ", output, re.MULTILINE)
    assert re.search(r" WARNING commands\.server\.connections:\d+: A request that cannot", output)


def test_recovers_from_being_killed(service: Service) -> None:
    service.start()
    service.wait_until_ready()
    token = service.post("/register", json=PERSON).json()["token"]
    service.stop(signal.SIGKILL)
    assert not service.is_gone()

    for _ in range(100):
        try:
            requests.get(f"{service.root}/health/live", timeout=5)
            time.sleep(0.1)
        except requests.Timeout:
            continue
        except requests.ConnectionError:
            break
    service.start()
    service.wait_until_ready()
    assert service.checks(token) == []
    service.stop(signal.SIGTERM)
    assert service.is_gone()


def test_answers_what_was_asked_before_it_stops(service: Service) -> None:
    """Also when a terminal sends its Ctrl-C to the workers too."""
    process = service.start(WORKERS="1")
    service.wait_until_ready()
    body = json.dumps(PERSON).encode()
    head = f"POST /api/v1/register HTTP/1.0\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body[:5])
        time.sleep(0.3)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for pid in (process.pid, *map(int, children)):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.5)
        connection.sendall(body[5:])
        assert b" 201 " in connection.recv(50)
    process.wait(timeout=60)
    assert process.returncode == 0
    assert service.is_gone()


def test_lets_go_of_the_port_at_once_when_it_stops(service: Service) -> None:
    """A request in flight is answered all the same."""
    process = service.start(WORKERS="2")
    service.wait_until_ready()
    body = json.dumps(PERSON | {"email": "late@example.com"}).encode()
    head = f"POST /api/v1/register HTTP/1.0\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body[:5])
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert service.refuses_within(5)
        assert process.poll() is None
        connection.sendall(body[5:])
        assert b" 201 " in connection.recv(50)
    process.wait(timeout=60)
    assert service.is_gone()


def test_a_chunked_body_gets_411_on_the_wire(shared: Service) -> None:
    answer = shared.post("/login", data=iter([b"{}"]))
    assert answer.status_code == 411
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "request_line", [b"\0\1\2", b"GET /" + b"a" * 9000 + b" HTTP/1.1", b"GET /\xff HTTP/1.1"]
)
def test_what_is_no_http_gets_a_problem_too(shared: Service, request_line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", shared.port), timeout=10) as connection:
        connection.sendall(request_line + b"\r\nHost: x\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert json.loads(body)["type"] == "/problems/bad-request"


def one_sentence(service: Service, **settings: str) -> str:
    process = service.start(**settings)
    output = service.output()
    assert process.returncode == 1
    assert "Traceback" not in output
    return output.strip()


def test_says_that_the_port_is_taken(service: Service) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"127.0.0.1:{port} cannot be used" in one_sentence(service, PORT=str(port))


def test_says_which_settings_are_wrong(service: Service) -> None:
    output = one_sentence(service, PORT="many", WORKERS="0")
    assert "PORT" in output
    assert "WORKERS" in output


def test_says_that_the_database_is_not_there(service: Service) -> None:
    url = "postgresql://someone:secret@127.0.0.1:9/none"
    output = one_sentence(service, DATABASE_URL=url)
    assert "The database cannot be used" in output
    assert "secret" not in output


def test_says_that_the_endpoint_is_none(service: Service) -> None:
    output = one_sentence(service, S3_BUCKET="photos", S3_ENDPOINT_URL="minio:9000")
    assert "S3_ENDPOINT_URL must look like" in output


def test_says_that_the_database_is_newer(service: Service, server_url: str) -> None:
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    name = f"newer_{secrets.token_hex(4)}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        url = engine.url.set(database=name)
        newer = create_engine(url)
        with newer.begin() as other:
            other.execute(text("CREATE TABLE alembic_version (version_num varchar(32))"))
            other.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
        newer.dispose()
        address = url.render_as_string(hide_password=False)
        output = one_sentence(service, DATABASE_URL=address)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
    assert "newer version of the service (schema 9999)" in output
    assert "Update the service" in output


def test_says_that_the_data_folder_cannot_be_used(service: Service) -> None:
    service.folder.write_text("in the way")
    try:
        assert str(service.folder) in one_sentence(service)
    finally:
        service.folder.unlink()
