"""Processes are killed under load: no accepted check is lost, and the service comes back."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import requests

from cnn_model.data.synthetic import jpeg, skin_photo
from tests.service import Service, on_new_data

pytestmark = pytest.mark.slow

PERSON = {"email": "user@example.com", "password": "four random words"}
PHOTO = jpeg(skin_photo((128, 128)))


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    for service in on_new_data():
        service.start(RATE_LIMITS_ENABLED="false")
        service.wait_until_ready()
        yield service


@pytest.fixture(scope="module")
def token(service: Service) -> str:
    return str(service.post("/register", json=PERSON).json()["token"])


def upload(service: Service, token: str) -> str | None:
    """Return the id of an accepted check, None if there was no such answer."""
    try:
        answer = service.post("/user/checks", token, files={"photo": ("photo.jpg", PHOTO)})
    except requests.RequestException:
        return None
    return str(answer.json()["id"]) if answer.status_code == 201 else None


def eventually_accepts(service: Service, token: str) -> None:
    deadline = time.monotonic() + 30
    while upload(service, token) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def kill_a_worker(service: Service) -> None:
    assert service.process
    workers = psutil.Process(service.process.pid).children()
    os.kill(next(worker.pid for worker in workers if worker.children()), signal.SIGKILL)


def kill_the_database(service: Service) -> None:
    pid_file = service.folder / "postgres" / "data" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split("\n")[0]), signal.SIGKILL)


def kill_a_decoder(service: Service) -> None:
    assert service.process
    children = psutil.Process(service.process.pid).children(recursive=True)
    decoders = (child.pid for child in children if "photo_decoder" in " ".join(child.cmdline()))
    os.kill(next(decoders), signal.SIGKILL)


@pytest.mark.parametrize("kill", [kill_a_worker, kill_the_database, kill_a_decoder])
def test_no_accepted_check_is_lost(
    service: Service, token: str, kill: Callable[[Service], None]
) -> None:
    with ThreadPoolExecutor(4) as pool:
        uploads = [pool.submit(upload, service, token) for _ in range(24)]
        time.sleep(0.2)
        kill(service)
    accepted = {check for check in (each.result() for each in uploads) if check}
    eventually_accepts(service, token)
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{service.root}/api/v1/user/checks"
    stored = set[str]()
    cursor: str | None = ""
    while cursor is not None:
        page = requests.get(f"{address}?limit=100{cursor}", headers=headers, timeout=30).json()
        stored |= {check["id"] for check in page["checks"]}
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert accepted
    assert accepted <= stored
    for check in accepted:
        assert requests.get(f"{address}/{check}/photo", headers=headers, timeout=30).ok
