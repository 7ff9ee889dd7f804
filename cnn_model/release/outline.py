"""Export the outline network: `python -m cnn_model.release.outline RUN DATA --version V`.

The limits of its answers are chosen on validation photos.
"""

import datetime
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from cnn_model.data.dataset import read_examples
from cnn_model.data.outlines import OutlineData, Pixels, read_outline_data
from cnn_model.data.overview import Floats, resized
from cnn_model.serving.calibration import sigmoid
from cnn_model.serving.description import BUNDLED, sha256
from cnn_model.serving.engines import LiteRTEngine
from cnn_model.serving.outline import (
    NAME,
    OUTLINE_SIDE,
    OutlineDescription,
    OutlineLimits,
    letterboxed,
    quarters,
    read_outline,
)
from cnn_model.serving.reference import reference_picture
from cnn_model.training.conversion import convert
from cnn_model.training.outline_batches import OutlineBatches, target_of
from cnn_model.training.run_folder import run_record

CELLS = 3
"""The least number of cells of a lesion: fewer are a freckle or noise."""
THRESHOLDS = tuple(np.arange(0.3, 0.85, 0.05).round(2).tolist())
MAX_FALSE_FINDS, MAX_MISSED = 0.02, 0.03
TOLERANCE = 5e-3
"""The greatest mean difference of a probability between LiteRT, in half precision, and Keras."""


def logits_of(engine: LiteRTEngine, size: int, photos: Pixels) -> Floats:
    """Return the logits (n, 64, 64) of square photos (n, s, s, 3)."""
    found = [
        engine.maps(letterboxed(Image.fromarray(photo), size))[..., 0]
        for photo in tqdm(photos, desc="Outlines", unit="photo")
    ]
    return np.stack(found) if found else np.zeros((0, OUTLINE_SIDE, OUTLINE_SIDE), np.float32)


def mean_dice(masks: NDArray[np.bool_], truths: NDArray[np.bool_]) -> float:
    """Return the mean Dice coefficient of masks (n, h, w)."""
    shared = (masks & truths).sum(axis=(1, 2))
    return float(np.mean(2 * shared / np.maximum(masks.sum((1, 2)) + truths.sum((1, 2)), 1)))


def fit_cell_threshold(logits: Floats, masks: Pixels) -> float:
    """Return the threshold of `THRESHOLDS` with the greatest mean Dice."""
    truths = np.stack([target_of(resized(mask, 2 * OUTLINE_SIDE) / 255) for mask in masks]) > 0.5
    probabilities = sigmoid(logits)
    scores = [mean_dice(probabilities >= limit, truths[..., 0]) for limit in THRESHOLDS]
    return float(THRESHOLDS[int(np.argmax(scores))])


def confidences(logits: Floats, cell: float) -> NDArray[np.float64]:
    """Return the confidence of what is outlined in each photo, (n,); 0 where nothing is."""
    limits = OutlineLimits(cell, 0.0, CELLS)
    found = [read_outline(one, (1, 1), limits) for one in logits]
    return np.array([outline.confidence if outline else 0.0 for outline in found])


def fit_confidence(lesions: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """Return the least confidence at which few photos without a lesion get an outline.

    At most that which `MAX_MISSED` of the lesions do not reach.
    """
    wanted = float(np.quantile(others, 1 - MAX_FALSE_FINDS)) if len(others) else 0.0
    return round(min(wanted, float(np.quantile(lesions, MAX_MISSED))), 4)


def drawn_scenes(data: OutlineData, side: int) -> Pixels:
    """Return altered scenes with a lesion, as many as there are clinical photos."""
    batches = OutlineBatches(data, side, 1, 1, seed=2)
    random = np.random.default_rng(2)
    scenes: list[Pixels] = []
    while len(scenes) < len(data.clinical):
        scene = batches.scene(random)
        if scene.mask.any():
            scenes.append(np.clip(scene.photo, 0, 255).astype(np.uint8))
    return np.stack(scenes)


def fit_limits(
    engine: LiteRTEngine, size: int, data: OutlineData
) -> tuple[OutlineLimits, dict[str, Any]]:
    """Return the limits chosen on validation photos, and what they do there."""
    plain = logits_of(engine, size, data.clinical)
    cell = fit_cell_threshold(plain, data.clinical_masks)
    found = {
        "clinical": confidences(plain, cell),
        "scenes": confidences(logits_of(engine, size, drawn_scenes(data, size)), cell),
        "skin": confidences(logits_of(engine, size, data.skin), cell),
        "others": confidences(logits_of(engine, size, data.others), cell),
    }
    limit = fit_confidence(found["clinical"], np.concatenate([found["skin"], found["others"]]))
    summary = {
        "photos": {name: len(values) for name, values in found.items()},
        "outlined": {
            name: float((values >= max(limit, 1e-9)).mean()) for name, values in found.items()
        },
    }
    return OutlineLimits(cell, limit, CELLS), summary


def parity(network: keras.Model, engine: LiteRTEngine, photos: Pixels) -> float:
    """Return the mean difference of a probability between LiteRT and Keras.

    Raises click.ClickException if it is greater than `TOLERANCE`.
    """
    size = int(network.input_shape[1])
    inputs = np.stack([letterboxed(Image.fromarray(photo), size) for photo in photos])
    expected = sigmoid(network.predict_on_batch(inputs.astype(np.float32)))
    given = sigmoid(np.stack([engine.maps(photo) for photo in inputs]))
    difference = float(np.abs(expected - given).mean())
    if not difference <= TOLERANCE:
        raise click.ClickException(f"LiteRT and Keras differ by {difference:.2g}.")
    return difference


def describe(
    content: bytes, network: keras.Model, run: Path, data: OutlineData, version: str
) -> OutlineDescription:
    """Return the description of an exported network, with limits fitted on validation photos."""
    engine, size = LiteRTEngine(content), int(network.input_shape[1])
    difference = parity(network, engine, data.clinical[:32])
    limits, summary = fit_limits(engine, size, data)
    reference = engine.maps(letterboxed(reference_picture(), size))[..., 0]
    return OutlineDescription(
        name=NAME,
        version=version,
        created=datetime.datetime.now(datetime.UTC).date().isoformat(),
        input_size=size,
        sha256=sha256(content),
        limits=limits,
        reference=quarters(reference),
        training=run_record(run),
        validation={**summary, "mean_difference_to_keras": difference},
    )


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--version", required=True, help="A new version, such as 1.0.0.")
@click.option(
    "--to",
    "folder",
    default=BUNDLED,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder for the files; by default that of the bundled network.",
)
def export_outline(run: Path, data: Path, version: str, folder: Path) -> None:
    """Export the outline network of RUN, with limits chosen on the validation photos of DATA."""
    network = keras.saving.load_model(run / "network.keras", compile=False)
    content = convert(network)
    validation = read_outline_data(data, read_examples(data))["validation"]
    description = describe(content, network, run, validation, version)
    (folder / f"{NAME}.tflite").write_bytes(content)
    description.write(folder / f"{NAME}.json")
    click.echo(f"{description.limits}, outlined: {description.validation['outlined']}")
    click.echo(f"Exported {NAME} {version}, {len(content) / 1e6:.2f} MB.")


if __name__ == "__main__":
    export_outline()
