"""One photo through the network, by LiteRT and by what else could run it:
`python -m bench.network`.

The same weights, photo and machine, in turns, so that all suffer alike from what else it does.
"""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cnn_model.data.synthetic import skin_photo
from cnn_model.serving.description import NAME, Description
from cnn_model.serving.engines import LiteRTEngine
from cnn_model.serving.network import REFERENCE_TOLERANCE
from cnn_model.serving.preprocess import central_square
from config import PROJECT

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
FILE = PROJECT / "cnn_model" / f"{NAME}.keras"
SERVES = "LiteRT, one thread (serves)"
WARM_UPS = 3
Run = Callable[[NDArray[np.uint8]], Any]


def peers() -> dict[str, Run]:
    """Each takes a photo (size, size, 3) and gives maps (h, w, 10), or (1, h, w, 10)."""
    import keras
    import tensorflow as tf

    network = keras.saving.load_model(FILE, compile=False)
    compiled = tf.function(
        lambda photos: network(photos, training=False),
        input_signature=[tf.TensorSpec((1, *network.input_shape[1:]), tf.float32)],
    )
    return {
        SERVES: LiteRTEngine(FILE.with_suffix(".tflite").read_bytes()).maps,
        "TensorFlow, tf.function": lambda photo: compiled(_batch(photo)).numpy(),
        "Keras, predict_on_batch": lambda photo: network.predict_on_batch(_batch(photo)),
        "Keras, predict": lambda photo: network.predict(_batch(photo), verbose=0),
        "Keras, called": lambda photo: network(_batch(photo), training=False).numpy(),
    }


def _batch(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    return photo[None].astype(np.float32)


def measure(runs: dict[str, Run], photo: NDArray[np.uint8], rounds: int) -> dict[str, list[float]]:
    """Seconds of each call, after a few to warm up. Raises ValueError where one answers otherwise
    than the one that serves.
    """
    expected = runs[SERVES](photo).mean(axis=(0, 1))
    for name, run in runs.items():
        logits = run(photo).mean(axis=(-3, -2))
        if not np.allclose(logits, expected, rtol=0, atol=REFERENCE_TOLERANCE):
            raise ValueError(f"{name} gives another answer.")
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for turn in tqdm(range(WARM_UPS + rounds), leave=False):
        for name, run in runs.items():
            start = time.perf_counter()
            run(photo)
            if turn >= WARM_UPS:
                taken[name].append(time.perf_counter() - start)
    return taken


@click.command()
@click.option("--rounds", type=click.IntRange(min=2), default=40, show_default=True)
def bench(rounds: int) -> None:
    """Print what one photo takes, and how many times that of LiteRT it is."""
    runs = peers()
    side = Description.read(FILE.with_suffix(".json")).input_size
    photo = central_square(skin_photo(), side)
    taken = measure(runs, photo, rounds)
    base = statistics.median(taken[SERVES])
    click.echo(f"{'':28} p50 in ms  p95 in ms  ratio")
    for name, seconds in taken.items():
        middle, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        click.echo(f"{name:28} {middle * 1000:9.0f}  {p95 * 1000:9.0f}  {middle / base:5.2f}")


if __name__ == "__main__":
    bench()
