"""Uploads per second, latency and memory of a real server: `python -m bench.upload`."""

import os
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import psutil
import pybase64
import requests
from tqdm import tqdm

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import API_PREFIX

PHOTOS = {"12 megapixels": (4032, 3024), "small": (300, 300)}
START_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    api: str
    process: psutil.Process
    folder: Path

    def memory(self) -> int:
        """Megabytes of the largest serving process."""
        workers = self.process.children()
        return int(max(p.memory_info().rss for p in workers if p.name() != "postgres") / 2**20)


@dataclass(frozen=True)
class Result:
    """`latencies` in seconds, one for each request; `seconds` for all of them together."""

    latencies: list[float]
    seconds: float

    def row(self) -> str:
        ordered = sorted(self.latencies)
        p95 = ordered[int(len(ordered) * 0.95)]
        return (
            f"{len(ordered) / self.seconds:10.1f} {statistics.median(ordered) * 1000:9.0f} "
            f"{p95 * 1000:9.0f}"
        )


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
        except requests.ConnectionError:
            time.sleep(0.05)
    sys.exit("The server did not become ready.")


def token(api: str) -> str:
    person = {"email": "bench@example.com", "password": "four random words"}
    answer = requests.post(f"{api}/register", json=person, timeout=30)
    answer.raise_for_status()
    return str(answer.json()["token"])


def measure(server: Server, headers: dict[str, str], photo: bytes, clients: int, n: int) -> Result:
    """`n` uploads as base64 in JSON by `clients` at a time, after two to warm up."""
    body = {"photo": pybase64.b64encode(photo).decode()}
    session = requests.Session()

    def upload(_: int) -> float:
        start = time.perf_counter()
        answer = session.post(f"{server.api}/user/checks", json=body, headers=headers, timeout=60)
        answer.raise_for_status()
        return time.perf_counter() - start

    for warm_up in range(2):
        upload(warm_up)
    with ThreadPoolExecutor(clients) as pool:
        start = time.perf_counter()
        latencies = list(tqdm(pool.map(upload, range(n)), total=n, leave=False))
        return Result(latencies, time.perf_counter() - start)


@click.command()
@click.option("--requests", "count", default=60, show_default=True, help="Uploads in each row.")
def bench(count: int) -> None:
    """Upload drawn photos to a server that is started for it and print what they took."""
    with running_server() as server:
        headers = {"Authorization": f"Bearer {token(server.api)}"}
        click.echo(f"{'photo':14} clients  uploads/s  p50 in ms  p95 in ms  memory in MB")
        for name, size in PHOTOS.items():
            photo = jpeg(skin_photo(size))
            for clients in (1, 4):
                result = measure(server, headers, photo, clients, count)
                click.echo(f"{name:14} {clients:7}{result.row()}  {server.memory():12}")


if __name__ == "__main__":
    bench()
