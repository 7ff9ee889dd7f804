"""Measure the decoding of files: `python -m cnn_model.evaluation.decoding DATA --to FOLDER`.

Writes `decoding.json`, and tables into `decoding.md` if FOLDER has one.
"""

import json
from collections.abc import Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import click
import numpy as np
from PIL import Image
from tqdm import tqdm

from cnn_model.data.dataset import Example, read_examples, split
from cnn_model.evaluation.damages import DAMAGES
from cnn_model.evaluation.encodings import ENCODINGS, Encoder, codes, heic, jpeg, webp
from cnn_model.evaluation.markdown import table, write_between
from cnn_model.evaluation.metrics import wilson_interval
from cnn_model.model_run import Network, NetworkUnavailableError, assess
from cnn_model.serving.calibration import MALIGNANT_INDICES
from cnn_model.serving.description import BUNDLED, NAME
from constants import Status
from utils.photo import PhotoError, PhotoUnreadableError, normalise

FORMATS: dict[str, Encoder] = {
    "JPEG": jpeg,
    "JPEG, progressive": partial(jpeg, is_progressive=True),
    "WebP": webp,
    "HEIC": lambda photo: heic(codes(photo, 1, 13)),
}
SIDES = (224, 480, 1024)
"""Sides of the damaged photos, in turn, in pixels."""
URGENCY = {status: index for index, status in enumerate(Status)}
MAX_DIFFERENCE = 0.06
"""Acceptable difference of the probabilities of one photo in two encodings."""

Row = dict[str, Any]


def measure_damages(
    network: Network, cancers: list[Example], count: int, seed: int = 0
) -> list[Row]:
    """Return how many of `count` damaged files are refused, for each format and kind of damage."""
    random, rows = np.random.default_rng(seed), []
    for name, encode in FORMATS.items():
        kinds = cycle(DAMAGES)
        found: dict[str, list[str]] = {kind: [] for kind in DAMAGES}
        falsely_refused = 0
        examples = islice(_in_sizes(cancers), count)
        for photo in tqdm(examples, desc=f"Damaged {name}", total=count, unit="photo"):
            content, kind = encode(photo), next(kinds)
            falsely_refused += _is_damaged(content)
            found[kind].append(_outcome(network, DAMAGES[kind](content, random)))
        rows += [_damage_row(name, kind, outcomes) for kind, outcomes in found.items()]
        rows.append({"format": name, "damage": "none", "count": count, "refused": falsely_refused})
    return rows


def _in_sizes(examples: list[Example]) -> Iterator[Image.Image]:
    for side, example in zip(cycle(SIDES), cycle(examples), strict=False):
        with Image.open(example.path) as photo:
            yield photo.convert("RGB").resize((side, side), Image.Resampling.BICUBIC)


def _is_damaged(content: bytes) -> bool:
    try:
        normalise(content)
    except PhotoUnreadableError:
        return True
    except PhotoError:
        pass
    return False


def _outcome(network: Network, content: bytes) -> str:
    """Return "refused", or the status."""
    try:
        photo = normalise(content)
    except PhotoError:
        return "refused"
    status = assess(network, photo.image, file_issues=photo.issues).status
    return status.value if status else "refused"


def _damage_row(name: str, kind: str, outcomes: list[str]) -> Row:
    refused = outcomes.count("refused")
    return {
        "format": name,
        "damage": kind,
        "count": len(outcomes),
        "refused": refused,
        "interval": wilson_interval(refused, len(outcomes)),
        "benign": outcomes.count(Status.BENIGN.value),
    }


def measure_encodings(network: Network, examples: list[Example]) -> list[Row]:
    """Return how far the answer to each photo in all encodings differs from that to its pixels."""
    differences: dict[str, list[float]] = {name: [] for name in ENCODINGS}
    milder = dict.fromkeys(ENCODINGS, 0)
    for example in tqdm(examples, desc="Encodings", unit="photo"):
        with Image.open(example.path) as opened:
            photo = opened.convert("RGB")
        reference = assess(network, photo)
        for name, encode in ENCODINGS.items():
            encoded = normalise(encode(photo))
            found = assess(network, encoded.image, file_issues=encoded.issues)
            differences[name].append(abs(found.answer.probability - reference.answer.probability))
            if found.status and reference.status:
                milder[name] += URGENCY[found.status] < URGENCY[reference.status]
    return [
        {
            "encoding": name,
            "count": len(found),
            "mean": float(np.mean(found)),
            "largest": max(found),
            "within": sum(difference <= MAX_DIFFERENCE for difference in found),
            "milder": milder[name],
        }
        for name, found in differences.items()
    ]


def tables(report: dict[str, Any]) -> str:
    """Return two tables: damaged files, and one photo in many encodings."""
    version, digest = report["model"]["version"], report["model"]["sha256"][:12]
    damages: list[tuple[Any, ...]] = [
        ("format", "damage", "refused", "95 % interval", "called benign", "files")
    ]
    damages += [_damage_cells(row) for row in report["damages"]]
    encodings: list[tuple[Any, ...]] = [
        ("encoding", "mean difference", "largest", "within 0.06", "milder status", "photos")
    ]
    encodings += [
        (
            row["encoding"],
            f"{row['mean']:.4f}",
            f"{row['largest']:.3f}",
            row["within"],
            row["milder"],
            row["count"],
        )
        for row in report["encodings"]
    ]
    heading = f"Network {version}, sha256 `{digest}`, cancers of the test fold."
    return "\n\n".join([heading, table(damages), table(encodings)]) + "\n"


def _damage_cells(row: Row) -> tuple[Any, ...]:
    if "interval" not in row:
        return row["format"], "none", row["refused"], "-", "-", row["count"]
    low, high = row["interval"]
    interval = f"{100 * low:.1f} % to {100 * high:.1f} %"
    return row["format"], row["damage"], row["refused"], interval, row["benign"], row["count"]


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path))
@click.option(
    "--damaged", default=500, show_default=True, help="Number of damaged files of each format."
)
@click.option(
    "--encoded", default=100, show_default=True, help="Number of photos in all encodings."
)
def decoding(data: Path, folder: Path, damaged: int, encoded: int) -> None:
    """Measure how damage to files and encodings affect the answers to held-out cancers of DATA."""
    try:
        network = Network.load(BUNDLED / f"{NAME}.tflite")
    except NetworkUnavailableError as error:
        raise click.ClickException(str(error)) from error
    held_out = [e for e in split(read_examples(data))["test"] if e.diagnosis in MALIGNANT_INDICES]
    cancers = [held_out[i] for i in np.random.default_rng(0).permutation(len(held_out))]
    report = {
        "model": {"version": network.version, "sha256": network.sha256},
        "damages": measure_damages(network, cancers, damaged),
        "encodings": measure_encodings(network, cancers[:encoded]),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "decoding.json").write_text(json.dumps(report, indent=1, allow_nan=False) + "\n")
    write_between(folder / "decoding.md", "decoding", tables(report))
    click.echo(tables(report))


if __name__ == "__main__":
    decoding()
