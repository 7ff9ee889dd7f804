"""The real server, started as a person starts it."""

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
from pathlib import Path

import requests

from tests.small_network import SMALL_NETWORK

PROJECT = Path(__file__).parents[1]


class Service:
    """Starts the server on one data folder as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process: subprocess.Popen[str] | None = None
        # No pipe: the server would wait for somebody to read it when it is full.
        self.log = folder.with_suffix(".log")

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, **settings: str) -> "subprocess.Popen[str]":
        environment = {
            **os.environ,
            "PORT": str(self.port),
            "DATA_DIR": str(self.folder),
            "TEMP_DIR": str(self.folder / "temp"),
            "WORKERS": "2",
            "NETWORK_FILE": str(SMALL_NETWORK),
            **settings,
        }
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "commands.server"],
                cwd=PROJECT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        return self.process

    def wait_until_ready(self) -> None:
        for _ in range(600):
            try:
                if requests.get(f"{self.root}/health/ready", timeout=5).ok:
                    return
            # The port is open before the workers are ready, and on a busy machine long before.
            except requests.Timeout:
                continue
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError("not ready")

    def stop(self, number: signal.Signals = signal.SIGINT) -> str:
        """What it printed."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.output()

    def output(self) -> str:
        """What it printed since it was made, after its end."""
        assert self.process is not None
        self.process.wait(timeout=60)
        return self.log.read_text()

    def post(self, path: str, token: str = "", **options: object) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.root}/api/v1{path}"
        return requests.post(url, headers=headers, timeout=30, **options)  # type: ignore[arg-type]

    def get(self, path: str, token: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{self.root}/api/v1{path}", headers=headers, timeout=30)

    def checks(self, token: str) -> list[str]:
        return [check["id"] for check in self.get("/user/checks", token).json()["checks"]]

    def refuses_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except ConnectionRefusedError:
                return True
            time.sleep(0.05)
        return False

    def is_gone(self) -> bool:
        return not (self.folder / "postgres" / "data" / "postmaster.pid").exists()


def on_new_data() -> Iterator[Service]:
    folder = Path(tempfile.gettempdir()) / f"skin-serve-{secrets.token_hex(4)}"
    service = Service(folder)
    try:
        yield service
    finally:
        if service.process and service.process.poll() is None:
            service.stop()
        service.log.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
