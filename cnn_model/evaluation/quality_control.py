"""Measures what the quality control refuses and warns of:
`python -m cnn_model.evaluation.quality_control DATA --to FOLDER`.

Writes `quality-control.json`, and tables into `quality-control.md` if FOLDER has one.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
import numpy as np
from PIL import Image
from tqdm import tqdm

from cnn_model.data.background import lesion_free_skin
from cnn_model.data.dataset import NOT_SKIN, Example, read_examples, split
from cnn_model.evaluation.corruptions import CORRUPTIONS, Corruption
from cnn_model.evaluation.metrics import wilson_interval
from cnn_model.evaluation.quality_control_table import tables, update_page
from cnn_model.model_run import Network, NetworkUnavailableError, assess
from cnn_model.serving.calibration import MALIGNANT_INDICES
from cnn_model.serving.description import BUNDLED, NAME
from cnn_model.serving.preprocess import central_crop
from cnn_model.serving.skin_tone import BANDS, DARKEST, band, darkened, typology_angle
from constants import Modality, Status

MELANIN = (0.0, 1.0, 2.0, 3.0)
MAX_SAMPLE = 200
"""At most so many photos of each modality are made worse, cancers first."""

Perturbation = Callable[[Image.Image], Image.Image]
Judgement = dict[str, Any]


def judge(network: Network, photo: Image.Image) -> Judgement:
    """Return what the service would report about this photo."""
    assessment = assess(network, photo)
    return {
        "reasons": list(assessment.refusal_reasons),
        "issues": list(assessment.quality.issues),
        "benign": assessment.status is Status.BENIGN,
    }


def judge_all(
    network: Network, examples: list[Example], change: Perturbation, label: str
) -> list[Judgement]:
    judgements = []
    for example in tqdm(examples, desc=label, unit="photo", leave=False):
        with Image.open(example.path) as photo:
            judgements.append(judge(network, change(photo.convert("RGB"))))
    return judgements


def share(flags: Iterable[bool]) -> dict[str, Any]:
    """How many of how many, and the 95 % interval of the share (Wilson)."""
    chosen = list(flags)
    hits, count = sum(chosen), len(chosen)
    low, high = wilson_interval(hits, count)
    return {"hits": hits, "count": count, "interval": [round(low, 4), round(high, 4)]}


def summary(judgements: list[Judgement], examples: list[Example]) -> dict[str, Any]:
    """Shares refused, warned of among all, and, of the cancers, called benign; by name, how many
    were refused and warned of for it.
    """
    cancers = [e.diagnosis in MALIGNANT_INDICES for e in examples]
    pairs = zip(judgements, cancers, strict=True)
    return {
        "refused": share(bool(j["reasons"]) for j in judgements),
        "warned": share(bool(j["issues"]) and not j["reasons"] for j in judgements),
        "cancers_benign": share(j["benign"] for j, cancer in pairs if cancer),
        "reasons": _counts(j["reasons"] for j in judgements),
        "issues": _counts(j["issues"] for j in judgements if not j["reasons"]),
    }


def _counts(names: Iterable[list[str]]) -> dict[str, int]:
    flat = [name for found in names for name in found]
    return {name: flat.count(name) for name in sorted(set(flat))}


def sample(examples: list[Example], size: int = MAX_SAMPLE) -> list[Example]:
    """At most `size` of each modality, the cancers first, then in an order drawn once."""
    order = np.random.default_rng(0).permutation(len(examples))
    ranked = sorted(
        (examples[i] for i in order), key=lambda e: e.diagnosis not in MALIGNANT_INDICES
    )
    return [e for modality in Modality for e in _of(ranked, modality)[:size]]


def measure_quality_control(
    network: Network, examples: list[Example], size: int = MAX_SAMPLE
) -> dict[str, Any]:
    """Everything that `quality-control.json` holds, of these photos."""
    lesions = [e for e in examples if e.modality != NOT_SKIN]
    chosen = sample(lesions, size)
    return {
        "model": {"name": network.name, "version": network.version, "sha256": network.sha256},
        "modalities": {
            modality: summary(
                judge_all(network, _of(examples, modality), _same, modality),
                _of(examples, modality),
            )
            for modality in (Modality.CLINICAL, Modality.DERMOSCOPIC, NOT_SKIN)
            if _of(examples, modality)
        },
        "corrupted": [
            *(row for name in CORRUPTIONS for row in _degraded(network, chosen, name)),
            _without_lesion(network, chosen),
        ],
        "skin_tones": [row for melanin in MELANIN for row in _tones(network, chosen, melanin)],
    }


def _degraded(network: Network, examples: list[Example], name: str) -> list[dict[str, Any]]:
    unit, degrade, strengths = CORRUPTIONS[name]
    rows = []
    for strength in strengths:
        found = judge_all(network, examples, _worse(degrade, strength), name)
        rows.append({"name": name, "unit": unit, "strength": strength, **summary(found, examples)})
    return rows


def _without_lesion(network: Network, examples: list[Example]) -> dict[str, Any]:
    """What comes of photos that miss the lesion altogether, of those with room beside it."""
    random, skins = np.random.default_rng(0), []
    for example in examples:
        with Image.open(example.path) as photo:
            skins.append(lesion_free_skin(central_crop(photo.convert("RGB")), random))
    judgements = [judge(network, skin) for skin in tqdm(skins, unit="photo", leave=False) if skin]
    left = [example for example, skin in zip(examples, skins, strict=True) if skin]
    row = {"name": "no_lesion_in_view", "unit": "skin beside the lesion, %", "strength": 100}
    return row | summary(judgements, left)


def _worse(degrade: Corruption, strength: float) -> Perturbation:
    return lambda photo: degrade(central_crop(photo), strength)


def _tones(network: Network, examples: list[Example], melanin: float) -> list[dict[str, Any]]:
    angles: list[float] = []

    def change(photo: Image.Image) -> Image.Image:
        dark = darkened(photo, melanin) if melanin else photo
        angles.append(typology_angle(dark))
        return dark

    found = judge_all(network, examples, change, f"melanin {melanin}")
    rows = []
    for name in (*BANDS, DARKEST):
        rows_of_band = [i for i, angle in enumerate(angles) if band(angle) == name]
        if rows_of_band:
            chosen = [examples[i] for i in rows_of_band]
            figures = summary([found[i] for i in rows_of_band], chosen)
            rows.append({"melanin": melanin, "band": name, **figures})
    return rows


def _of(examples: list[Example], modality: str) -> list[Example]:
    return [e for e in examples if e.modality == modality]


def _same(photo: Image.Image) -> Image.Image:
    return photo


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path))
@click.option("--fold", type=click.Choice(["test", "validation"]), default="test")
@click.option("--sample", "size", default=MAX_SAMPLE, show_default=True, help="Photos made worse.")
@click.option(
    "--network",
    "file",
    default=BUNDLED / f"{NAME}.tflite",
    type=click.Path(path_type=Path),
    help="The exported network; the bundled one unless told.",
)
def gate(data: Path, folder: Path, fold: str, size: int, file: Path) -> None:
    """Measure what the gate does with the held-out photos of DATA, as they are and made worse."""
    try:
        network = Network.load(file)
    except NetworkUnavailableError as error:
        raise click.ClickException(str(error)) from error
    report = {"fold": fold} | measure_quality_control(
        network, split(read_examples(data))[fold], size
    )
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps(report, indent=1, allow_nan=False) + "\n"
    (folder / "quality-control.json").write_text(content)
    update_page(folder / "quality-control.md", report)
    click.echo(tables(report))


if __name__ == "__main__":
    gate()
