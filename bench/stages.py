"""Where the processor time of an upload goes: `python -m bench.stages`.

One upload at a time, through the whole application in this process, with the bundled model and an
embedded database. The stages of the decoder are measured here once more, because it has a process
of its own. What the server needs for connections is not in the table.
"""

import atexit
import secrets
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import orjson
import psutil
import pybase64
from flask import Flask
from flask.testing import FlaskClient
from tqdm import tqdm

from app import create_app, migrate_database
from bench.measure import cpu_by_process, databases_in, family
from bench.photos import phone_photos
from bench.server import PERSON
from config import read_settings
from constants import API_PREFIX
from utils.photo import normalise

# A function counts without those that it calls and that stand here too.
STAGES = {
    "resources.check:parse": "JSON and base64",
    "managers.check:PhotoDecoder.normalise": "pixels from the decoder",
    "managers.check:encode": "encode the photo",
    "managers.photo:PhotoManager.stage": "write and store the photo",
    "managers.photo:PhotoManager.push": "write and store the photo",
    "managers.photo:PhotoManager.release": "write and store the photo",
    "cnn_model.serving.network:central_square": "input of the network",
    "cnn_model.serving.engines:LiteRTEngine.maps": "network",
    "cnn_model.serving.network:Network.read": "read its output",
    "cnn_model.model_run:check_quality": "quality measures",
    "managers.check:CheckManager._insert": "insert the row",
}
DECODER_STAGES = {
    "utils.photo.jpeg:_parts": "decoder: segments",
    "utils.photo.jpeg:_decoded": "decoder: pixels",
    "utils.photo:_in_srgb": "decoder: colours",
}
REST, DECODER_REST = "login, HTTP and all else", "decoder: turning and all else"
DECODER, DATABASE = "the decoder's process", "the database's processes"
WARM_UPS = 3


class Stopwatch:
    """Adds up the processor seconds of this thread by stage."""

    def __init__(self, stages: dict[str, str]) -> None:
        """Wrap the functions, `module:name` or `module:class.name`."""
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._inner: list[float] = []
        for target, stage in stages.items():
            module, _, path = target.partition(":")
            owner: Any = import_module(module)
            *parents, name = path.split(".")
            for parent in parents:
                owner = getattr(owner, parent)
            setattr(owner, name, self.timed(stage, getattr(owner, name)))

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time, less that of timed functions in it, in `stage`."""

        @wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(0.0)
            start = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                taken = time.thread_time() - start
                self.seconds[stage] += taken - self._inner.pop()
                if self._inner:
                    self._inner[-1] += taken

        return wrapped


def _application() -> tuple[Flask, Path]:
    """Return the application and the folder with its data."""
    folder = Path(tempfile.gettempdir()) / f"skin-bench-{secrets.token_hex(4)}"
    # Runs after the application has stopped its database.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    paths = {"DATA_DIR": str(folder), "TEMP_DIR": str(folder / "temp")}
    app = create_app(read_settings({**paths, "RATE_LIMITS_ENABLED": "false"}))
    migrate_database(app)
    return app, folder


def _seconds_by_process(folder: Path) -> dict[str, float]:
    families = {DECODER: psutil.Process().children(), DATABASE: family(databases_in(folder))}
    return {name: sum(cpu_by_process(each).values()) for name, each in families.items()}


def _uploads(client: FlaskClient, headers: dict[str, str], photo: bytes, count: int) -> None:
    body = orjson.dumps({"photo": pybase64.b64encode(photo).decode()})
    for _ in tqdm(range(count), leave=False):
        answer = client.post(f"{API_PREFIX}/user/checks", data=body, headers=headers)
        if answer.status_code != 201:
            raise click.ClickException(f"The upload was refused: {answer.text}")


def measure(
    client: FlaskClient,
    headers: dict[str, str],
    photo: bytes,
    count: int,
    watch: Stopwatch,
    folder: Path,
) -> dict[str, float]:
    """Return the processor milliseconds of an upload by stage, and those of other processes."""
    _uploads(client, headers, photo, WARM_UPS)
    watch.seconds.clear()
    before = _seconds_by_process(folder)
    watch.timed(REST, _uploads)(client, headers, photo, count)
    after = _seconds_by_process(folder)
    seconds = {**watch.seconds, **{name: after[name] - before[name] for name in after}}
    return {name: 1000 * value / count for name, value in seconds.items()}


def measure_decoder(watch: Stopwatch, photo: bytes, count: int) -> dict[str, float]:
    """Return the processor milliseconds of decoding in this process, by stage."""
    timed = watch.timed(DECODER_REST, normalise)
    for turn in range(WARM_UPS + count):
        if turn == WARM_UPS:
            watch.seconds.clear()
        timed(photo)
    return {name: 1000 * value / count for name, value in watch.seconds.items()}


def _print(columns: dict[str, dict[str, float]]) -> None:
    first = next(iter(columns.values()))
    click.echo(f"{'ms of a processor':32}" + "".join(f"{name:>16}" for name in columns))
    for stage in sorted(first, key=lambda name: -first[name]):
        values = "".join(f"{column.get(stage, 0):16.1f}" for column in columns.values())
        click.echo(f"{stage:32}{values}")
    totals = "".join(f"{sum(column.values()):16.1f}" for column in columns.values())
    click.echo(f"{'in all':32}{totals}\n")


@click.command()
@click.option("--uploads", type=click.IntRange(min=1), default=30, show_default=True)
def bench(uploads: int) -> None:
    """Print the processor time of an upload by stage, for a large and a small photo."""
    photos = phone_photos()
    watch = Stopwatch(STAGES)
    app, folder = _application()
    client = app.test_client()
    person = client.post(f"{API_PREFIX}/register", json=PERSON).get_json()
    headers = {
        "Authorization": f"Bearer {person['token']}",
        "Content-Type": "application/json",
    }
    _print(
        {
            name: measure(client, headers, photo, uploads, watch, folder)
            for name, photo in photos.items()
        }
    )
    watch = Stopwatch(DECODER_STAGES)
    _print({name: measure_decoder(watch, photo, uploads) for name, photo in photos.items()})


if __name__ == "__main__":
    bench()
