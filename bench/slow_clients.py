"""What slow clients do to the service, beside other servers: `python -m bench.slow_clients`.

All servers run the same application on the same database, with as many threads in all. The table
has the longest time of an upload, in seconds, while the slow clients hold their connections.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import quote

import click
import requests
from tqdm import tqdm

from bench.server import Server, running_server, token
from cnn_model.data.synthetic import jpeg, skin_photo

PATIENCE = 10.0
PEERS = {
    "gunicorn, gthread": "gunicorn -k gthread -w 2 --threads 4 -b 127.0.0.1:{port} wsgi:app",
    "waitress alone": "waitress --listen=127.0.0.1:{port} --threads=8 wsgi:app",
}
HEAD = b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
LARGE_ANSWERS = b"GET /api/v1/model HTTP/1.1\r\nHost: x\r\n\r\n" * 100
CASES: dict[str, bytes] = {
    "none": b"",
    "announce a body, send nothing": HEAD + b"Content-Length: 1000\r\n\r\n",
    "send half a head": HEAD,
    "send nothing": b"",
    "read no answer": LARGE_ANSWERS,
    "send a byte a second": HEAD + b"Content-Length: 1000\r\n\r\n{",
}


@contextmanager
def peer(command: str, database: Server) -> Iterator[str]:
    """Run another server on the database of `database`, and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    host = quote(str(database.folder / "postgres" / "socket"), safe="")
    settings = {
        "DATA_DIR": str(database.folder),
        "TEMP_DIR": str(database.folder / "peer"),
        "DATABASE_URL": f"postgresql://service@/postgres?host={host}&port=5432",
        "RATE_LIMITS_ENABLED": "false",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", *command.format(port=port).split()],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        root = f"http://127.0.0.1:{port}"
        _wait_for(root)
        yield root
    finally:
        process.kill()
        process.wait()


def _wait_for(root: str) -> None:
    for _ in range(300):
        try:
            if requests.get(f"{root}/health/ready", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    sys.exit("A server did not become ready.")


@contextmanager
def slow_clients(root: str, content: bytes, count: int) -> Iterator[Callable[[], None]]:
    """Hold connections on which so much was sent; yield what sends a byte more on each."""
    host, port = root.removeprefix("http://").split(":")
    with ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection((host, int(port)), timeout=PATIENCE))
            for _ in range(count)
        ]
        for client in clients:
            client.setblocking(False)

        def send(part: bytes) -> None:
            for client in clients:
                try:
                    client.send(part)
                except OSError:
                    continue

        send(content)
        yield lambda: send(b" ")


def longest_upload(root: str, headers: dict[str, str], tick: Callable[[], None]) -> float | None:
    """Return the longest of three uploads in seconds, None if one gets no answer."""
    times = []
    for _ in range(3):
        tick()
        start = time.perf_counter()
        try:
            answer = requests.post(
                f"{root}/api/v1/user/checks",
                files={"photo": jpeg(skin_photo())},
                headers=headers,
                timeout=PATIENCE,
            )
            answer.raise_for_status()
        except requests.RequestException:
            return None
        times.append(time.perf_counter() - start)
    return max(times)


def measure(root: str, headers: dict[str, str], count: int, name: str) -> list[str]:
    """Return the cells of a server, one for each case."""
    cells = []
    for case, content in tqdm(CASES.items(), desc=name, leave=False):
        with slow_clients(root, content, 0 if case == "none" else count) as send_more:
            tick = send_more if "byte" in case else lambda: None
            longest = longest_upload(root, headers, tick)
        cells.append("no answer" if longest is None else f"{longest:.2f}")
    return cells


@click.command()
@click.option("--clients", default=64, show_default=True, help="Slow clients at a time.")
def bench(clients: int) -> None:
    """Upload photos to several servers while slow clients hold connections."""
    with running_server() as server:
        headers = {"Authorization": f"Bearer {token(server.api)}"}
        root = server.api.removesuffix("/api/v1")
        columns = {"this service": measure(root, headers, clients, "this service")}
        for name, command in PEERS.items():
            with peer(command, server) as address:
                columns[name] = measure(address, headers, clients, name)
    click.echo(f"{f'{clients} clients that …':32}" + "".join(f"{name:>20}" for name in columns))
    for row, case in enumerate(CASES):
        cells = "".join(f"{cells[row]:>20}" for cells in columns.values())
        click.echo(f"{case:32}{cells}")


if __name__ == "__main__":
    bench()
