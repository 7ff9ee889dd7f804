"""The service beside other servers with the same network: `python -m bench.compare`.

Each round starts one server after another and measures it with every photo and number of clients,
so that all suffer alike from what else the machine does.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import click
import psutil
from tqdm import tqdm

from bench.measure import Request, Sample, databases_in, measure
from bench.peers import FORM, PEERS, Peer, PeerError, encoded, request_for, running, set_up
from bench.photos import phone_photos
from bench.report import PLOT, SERVICE, About, Case, markdown, plot, table
from bench.server import running_server, token
from cnn_model.serving.description import BUNDLED, NAME, Description
from constants import API_PREFIX

CLIENTS = (1, 4, 16)
NAMES = ("service", *(peer.folder for peer in PEERS))
# Of the packages that name a peer.
SHOWN = re.compile(
    r"^(fastapi|uvicorn|bentoml|litserve|mosec|ray|sqlalchemy|ai-edge-litert)==(\S+)", re.MULTILINE
)
OURS = ("flask", "gunicorn", "waitress", "ai-edge-litert")

Requests = dict[str, Request]
"""What to send, by the name of the photo."""
Running = tuple[int, list[psutil.Process], Requests]


@contextmanager
def service(photos: dict[str, bytes]) -> Iterator[Running]:
    """Run this service with its own database."""
    with running_server() as server:
        authorization = {"Authorization": f"Bearer {token(server.api)}"}
        requests = {}
        for name, photo in photos.items():
            body, kind = encoded(photo, FORM)
            headers = {**authorization, "Content-Type": kind}
            requests[name] = Request(f"{API_PREFIX}/user/checks", body, headers)
        roots = [server.process, *databases_in(server.folder)]
        yield urlsplit(server.api).port or 0, roots, requests


@contextmanager
def other(peer: Peer, photos: dict[str, bytes]) -> Iterator[Running]:
    """Run a peer."""
    requests = {name: request_for(peer, photo) for name, photo in photos.items()}
    with running(peer, next(iter(requests.values()))) as (port, roots):
        yield port, roots, requests


def _versions(peer: Peer | None) -> str:
    if peer is None or not peer.requirements.exists():
        return ", ".join(f"{name} {version(name)}" for name in OURS)
    pinned = SHOWN.findall(peer.requirements.read_text())
    return ", ".join(f"{name} {number}" for name, number in pinned)


@click.command()
@click.option("--only", type=click.Choice(NAMES), multiple=True, help="Only these servers.")
@click.option("--clients", type=int, multiple=True, default=CLIENTS, show_default=True)
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--seconds", type=float, default=10.0, show_default=True, help="Of each measurement.")
@click.option("--to", type=click.Path(path_type=Path), help="Folder for the page and the plot.")
def bench(
    only: tuple[str, ...],
    clients: tuple[int, ...],
    rounds: int,
    seconds: float,
    to: Path | None,
) -> None:
    """Measure this service and its peers, print the tables, and write the page."""
    load = os.getloadavg()[1]
    chosen = [peer for peer in PEERS if peer.folder in (only or NAMES)]
    for peer in tqdm(chosen, desc="installing", leave=False):
        set_up(peer)
    servers: list[Peer | None] = [*([None] if "service" in (only or NAMES) else []), *chosen]
    results = _measured(servers, clients, rounds, seconds)
    for photo, count in dict.fromkeys((case.photo, case.clients) for case in results):
        click.echo(f"\n{photo}, clients: {count}\n{table(results, photo, count)}")
    if to:
        titles = {SERVICE: "-", **{peer.title: peer.leaves_out for peer in chosen}}
        versions = {_title(server): _versions(server) for server in servers}
        leaves_out = {title: titles[title] for title in versions}
        network = Description.read(BUNDLED / f"{NAME}.json").version
        about = About(rounds, seconds, load, network, versions, leaves_out)
        (to / "benchmarks.md").write_text(markdown(results, about))
        plot(results, to / PLOT)


def _title(server: Peer | None) -> str:
    return server.title if server else SERVICE


def _measured(
    servers: list[Peer | None], clients: Sequence[int], rounds: int, seconds: float
) -> dict[Case, list[Sample]]:
    """Return the samples; Ctrl-C ends early with those that there are."""
    photos = phone_photos()
    results: defaultdict[Case, list[Sample]] = defaultdict(list)
    total = rounds * len(servers) * len(photos) * len(clients)
    with tqdm(total=total, desc="measuring") as progress, suppress(KeyboardInterrupt):
        for server in servers * rounds:
            context = other(server, photos) if server else service(photos)
            try:
                with context as (port, roots, requests):
                    for (photo, request), count in product(requests.items(), clients):
                        progress.set_postfix_str(f"{_title(server)}, {photo}, {count}")
                        sample = measure(port, request, count, seconds, roots)
                        results[Case(_title(server), photo, count)].append(sample)
                        progress.update()
            except PeerError as error:
                tqdm.write(f"{_title(server)} is left out of a round: {error}")
    return dict(results)


if __name__ == "__main__":
    bench()
