"""The service as a server with data of its own, for the benchmarks."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from constants import API_PREFIX

PERSON = {"email": "bench@example.com", "password": "four random words"}
START_SECONDS = 180.0


@dataclass(frozen=True)
class Server:
    api: str
    process: psutil.Process
    folder: Path


@contextmanager
def running_server() -> Iterator[Server]:
    """A server on data of its own, gone afterwards."""
    folder = Path(tempfile.gettempdir()) / f"skin-bench-{secrets.token_hex(4)}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "TEMP_DIR": str(folder / "temp"),
        "RATE_LIMITS_ENABLED": "false",
    }
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "commands.server"],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        api = f"http://127.0.0.1:{port}{API_PREFIX}"
        _wait_for(f"http://127.0.0.1:{port}/health/ready", started)
        yield Server(api, psutil.Process(process.pid), folder)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str, started: float) -> None:
    while time.monotonic() - started < START_SECONDS:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    sys.exit("The server did not become ready.")


def token(api: str) -> str:
    answer = requests.post(f"{api}/register", json=PERSON, timeout=30)
    answer.raise_for_status()
    return str(answer.json()["token"])
