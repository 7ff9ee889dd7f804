"""docs/benchmarks.md: the table and the plot of `bench.compare`."""

import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import Sample
from config import VERSION

SERVICE = "this service"
PLOT = "benchmarks.png"
BUSY = 0.25
"""Load of a machine, for each processor, from which on other work counts as disturbing."""


@dataclass(frozen=True)
class Case:
    """What was measured: a server, a photo by name, and the number of clients."""

    server: str
    photo: str
    clients: int


Results = Mapping[Case, Sequence[Sample]]


@dataclass(frozen=True)
class About:
    """The circumstances of a run; `versions` and `leaves_out` by server, `load` before it."""

    rounds: int
    seconds: float
    load: float
    network: str
    versions: Mapping[str, str]
    leaves_out: Mapping[str, str]


def cell(samples: Sequence[Sample], value: Callable[[Sample], float], digits: int = 0) -> str:
    """Return the median of the samples, with their range if there are several."""
    values = sorted(value(sample) for sample in samples)
    middle = f"{statistics.median(values):.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})"


def ratio(results: Results, case: Case) -> str:
    """Return the requests per second of this service as a multiple of those of a server."""
    ours = results.get(Case(SERVICE, case.photo, case.clients))
    if not ours:
        return "-"
    median = statistics.median(sample.per_second for sample in results[case])
    return f"{statistics.median(s.per_second for s in ours) / median:.2f}" if median else "-"


def table(results: Results, photo: str, clients: int) -> str:
    """Return the Markdown table of all servers for a photo and a number of clients."""
    lines = [
        "| server | requests/s | this service is faster by | CPU ms each | p50, ms | p95, ms "
        "| memory (PSS), MB | failed |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for case, samples in results.items():
        if (case.photo, case.clients) != (photo, clients):
            continue
        cells = (
            case.server,
            cell(samples, lambda s: s.per_second, 1),
            ratio(results, case),
            cell(samples, lambda s: s.cpu_ms),
            cell(samples, lambda s: s.latency_ms(0.5)),
            cell(samples, lambda s: s.latency_ms(0.95)),
            cell(samples, lambda s: s.memory / 2**20),
            str(sum(sample.failures for sample in samples)),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def markdown(results: Results, about: About) -> str:
    """Return the page."""
    groups = dict.fromkeys((case.photo, case.clients) for case in results)
    tables = "\n\n".join(
        f"### {photo}, {clients} {'client' if clients == 1 else 'clients'}\n\n"
        f"{table(results, photo, clients)}"
        for photo, clients in groups
    )
    peers = "\n".join(
        f"| {name} | {about.versions[name]} | {left_out} |"
        for name, left_out in about.leaves_out.items()
    )
    return PAGE.format(
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        machine=f"{processor()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        disturbed=disturbed(about.load),
        about=about,
        version=VERSION,
        plot=PLOT,
        tables=tables,
        peers=peers,
    )


def disturbed(load: float) -> str:
    """Return the sentence on other work, from the load of the machine before the run."""
    if load / (os.cpu_count() or 1) < BUSY:
        return f"Nothing else ran on the machine (load before the run: {load:.1f})."
    return (
        f"**Other work ran on the machine** (load before the run: {load:.1f}), so the figures are "
        "provisional. Requests per second and latencies show that work as much as the servers; "
        "the processor time of a request is sturdier."
    )


def processor() -> str:
    """Return the name of the processor, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def plot(results: Results, file: Path) -> None:
    """Draw the requests per second of all servers, a panel for each photo."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    photos = list(dict.fromkeys(case.photo for case in results))
    servers = list(dict.fromkeys(case.server for case in results))
    counts = list(dict.fromkeys(case.clients for case in results))
    figure, panels = pyplot.subplots(1, len(photos), figsize=(11, 4.5), squeeze=False, sharey=True)
    for panel, photo in zip(panels[0], photos, strict=True):
        for number, clients in enumerate(counts):
            samples = [results.get(Case(server, photo, clients), ()) for server in servers]
            values = [statistics.median([s.per_second for s in each] or [0]) for each in samples]
            height = 0.8 / len(counts)
            places = [place + number * height for place in range(len(servers))]
            panel.barh(places, values, height, label=f"{clients} clients")
        panel.set_title(photo)
        panel.set_xlabel("requests per second")
        panel.set_yticks([place + 0.4 - 0.4 / len(counts) for place in range(len(servers))])
        panel.set_yticklabels(servers)
    panels[0][0].invert_yaxis()
    panels[0][-1].legend()
    figure.tight_layout()
    figure.savefig(file, dpi=110)
    pyplot.close(figure)


PAGE = """# Benchmarks

`make bench` (`python -m bench.compare --to docs`) wrote this page on {date}.
{machine}. Service {version}, model {about.network}.

{disturbed}

Each server has two processes and was started {about.rounds} times, in alternating rounds. Each
figure is the median over the rounds, with the range in parentheses, of {about.seconds:g} seconds of
requests over kept connections, after a warm-up. CPU and memory are those of all processes that a
server started, with the database of those that have one; memory shared by several processes counts
once. The clients run on the same processors. The photos are drawn, with the noise of a sensor, on
their side by EXIF and with a colour profile.

All run the same network in LiteRT on one thread for each photo, except for the first version's way.
The peers decode a photo at a reduced scale, no larger than the network needs it. The service keeps
it at 2048 pixels.

![Requests per second]({plot})

{tables}

## The servers

| server | versions | does less than the service |
|---|---|---|
{peers}
"""
