"""What requests to a server cost: their number, latency, processor time and memory."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

TIMEOUT = 120.0
WARM_UPS = 2
"""Requests of each client before a measurement."""


@dataclass(frozen=True)
class Request:
    """A POST with a body."""

    path: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Sample:
    """One measurement.

    `latencies` in seconds, of the requests that succeeded; `failures` is the number of the others.
    `cpu` in seconds of a processor and `memory` (PSS) in bytes, of all processes of the server.
    """

    seconds: float
    latencies: tuple[float, ...]
    failures: int
    cpu: float
    memory: int

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of a processor for each request."""
        return 1000 * self.cpu / max(len(self.latencies), 1)

    def latency_ms(self, quantile: float) -> float:
        """Return a quantile of the latencies, 0 to 1, in milliseconds."""
        ordered = sorted(self.latencies) or [float("nan")]
        return 1000 * ordered[min(int(quantile * len(ordered)), len(ordered) - 1)]


def family(roots: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return the processes and all that they started."""
    found = {root.pid: root for root in roots if root.is_running()}
    for root in list(found.values()):
        with suppress(psutil.NoSuchProcess):
            found |= {child.pid: child for child in root.children(recursive=True)}
    return list(found.values())


def databases_in(folder: Path) -> list[psutil.Process]:
    """Return the servers of PostgreSQL with data below a folder: they leave their parent."""
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres"
        and any(str(folder) in argument for argument in process.info["cmdline"] or ())
    ]


def cpu_by_process(processes: Iterable[psutil.Process]) -> dict[int, float]:
    """Return the processor seconds of each process, by its id."""
    seconds = {}
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            seconds[process.pid] = times.user + times.system
    return seconds


def memory(processes: Iterable[psutil.Process]) -> int:
    """Return the memory of processes in bytes; shared memory counts once (PSS)."""
    total = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            full = process.memory_full_info()
            # Only Linux has the proportional size.
            total += getattr(full, "pss", full.uss)
    return total


def measure(
    port: int, request: Request, clients: int, seconds: float, roots: list[psutil.Process]
) -> Sample:
    """Send a request again and again from `clients` connections, for `seconds`."""
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda _: _client(port, request, _times(WARM_UPS)), range(clients)))
        before = cpu_by_process(family(roots))
        start = time.perf_counter()
        deadline = start + seconds
        proceed = lambda: time.perf_counter() < deadline  # noqa: E731
        results = list(pool.map(lambda _: _client(port, request, proceed), range(clients)))
        taken = time.perf_counter() - start
    processes = family(roots)
    after = cpu_by_process(processes)
    return Sample(
        seconds=taken,
        latencies=tuple(latency for latencies, _ in results for latency in latencies),
        failures=sum(failures for _, failures in results),
        cpu=sum(value - before.get(pid, 0.0) for pid, value in after.items()),
        memory=memory(processes),
    )


def _times(count: int) -> Callable[[], bool]:
    left = iter(range(count))
    return lambda: next(left, None) is not None


def _client(port: int, request: Request, proceed: Callable[[], bool]) -> tuple[list[float], int]:
    """Send requests while `proceed`; return the latencies and the number of failures."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    latencies, failures = [], 0
    while proceed():
        start = time.perf_counter()
        if is_accepted(connection, request):
            latencies.append(time.perf_counter() - start)
        else:
            failures += 1
    connection.close()
    return latencies, failures


def is_accepted(connection: HTTPConnection, request: Request) -> bool:
    """Send the request and return whether it succeeded."""
    try:
        connection.request("POST", request.path, request.body, dict(request.headers))
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException):
        # The next request opens a new connection.
        connection.close()
        return False
    return response.status in (200, 201)
