"""Measure what image quality control refuses and reports:
`python -m cnn_model.evaluation.quality_control DATA --to FOLDER`.

Writes `quality-control.json`, and tables into `quality-control.md` if FOLDER has one.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
from constants import Modality, QualityIssue, Status

MELANIN = (0.0, 1.0, 2.0, 3.0)
MAX_SAMPLE = 200
"""Number of photos of each modality that are corrupted."""

Perturbation = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True)
class Outcome:
    """What the service would report about one photo."""

    refusal_reasons: tuple[QualityIssue, ...]
    issues: tuple[QualityIssue, ...]
    is_benign: bool


def outcome_of(network: Network, photo: Image.Image) -> Outcome:
    """Return what the service would report about an RGB photo."""
    assessment = assess(network, photo)
    return Outcome(
        assessment.refusal_reasons,
        assessment.quality.issues,
        assessment.status is Status.BENIGN,
    )


def outcomes_of(
    network: Network, examples: list[Example], perturb: Perturbation, label: str
) -> list[Outcome]:
    """Return the outcome of each photo after a perturbation, with a progress bar."""
    outcomes = []
    for example in tqdm(examples, desc=label, unit="photo", leave=False):
        with Image.open(example.path) as photo:
            outcomes.append(outcome_of(network, perturb(photo.convert("RGB"))))
    return outcomes


def proportion(flags: Iterable[bool]) -> dict[str, Any]:
    """Return how many flags are true, of how many, and the Wilson interval of the proportion."""
    values = list(flags)
    hits, count = sum(values), len(values)
    low, high = wilson_interval(hits, count)
    return {"hits": hits, "count": count, "interval": [round(low, 4), round(high, 4)]}


def summary(outcomes: list[Outcome], examples: list[Example]) -> dict[str, Any]:
    """Return the proportions of photos refused and warned, and of cancers called benign.

    `reasons` and `issues` have the number of photos by quality issue.
    """
    cancers = [example.diagnosis in MALIGNANT_INDICES for example in examples]
    assessed = [outcome for outcome in outcomes if not outcome.refusal_reasons]
    return {
        "refused": proportion(bool(o.refusal_reasons) for o in outcomes),
        "warned": proportion(bool(o.issues) and not o.refusal_reasons for o in outcomes),
        "cancers_benign": proportion(
            outcome.is_benign
            for outcome, is_cancer in zip(outcomes, cancers, strict=True)
            if is_cancer
        ),
        "reasons": _counts(outcome.refusal_reasons for outcome in outcomes),
        "issues": _counts(outcome.issues for outcome in assessed),
    }


def _counts(issues: Iterable[tuple[QualityIssue, ...]]) -> dict[str, int]:
    return dict(sorted(Counter(itertools.chain.from_iterable(issues)).items()))


def sample(examples: list[Example], size: int = MAX_SAMPLE) -> list[Example]:
    """Return at most `size` photos of each modality, cancers first, otherwise in random order."""
    order = np.random.default_rng(0).permutation(len(examples))
    ranked = sorted(
        (examples[i] for i in order), key=lambda e: e.diagnosis not in MALIGNANT_INDICES
    )
    return [e for modality in Modality for e in _of(ranked, modality)[:size]]


def measure_quality_control(
    network: Network, examples: list[Example], size: int = MAX_SAMPLE
) -> dict[str, Any]:
    """Return the content of `quality-control.json` for these photos."""
    lesions = [e for e in examples if e.modality != NOT_SKIN]
    sampled = sample(lesions, size)
    return {
        "model": {"name": network.name, "version": network.version, "sha256": network.sha256},
        "modalities": {
            modality: summary(
                outcomes_of(network, _of(examples, modality), _unchanged, modality),
                _of(examples, modality),
            )
            for modality in (Modality.CLINICAL, Modality.DERMOSCOPIC, NOT_SKIN)
            if _of(examples, modality)
        },
        "corrupted": [
            *(row for name in CORRUPTIONS for row in _corrupted(network, sampled, name)),
            _without_lesion(network, sampled),
        ],
        "skin_tones": [row for melanin in MELANIN for row in _tones(network, sampled, melanin)],
    }


def _corrupted(network: Network, examples: list[Example], name: str) -> list[dict[str, Any]]:
    unit, corrupt, severities = CORRUPTIONS[name]
    rows = []
    for severity in severities:
        outcomes = outcomes_of(network, examples, _corruption(corrupt, severity), name)
        row = {"name": name, "unit": unit, "strength": severity}
        rows.append(row | summary(outcomes, examples))
    return rows


def _corruption(corrupt: Corruption, severity: float) -> Perturbation:
    return lambda photo: corrupt(central_crop(photo), severity)


def _without_lesion(network: Network, examples: list[Example]) -> dict[str, Any]:
    """Return the row of photos that miss the lesion, from those with enough skin beside it."""
    random, skins = np.random.default_rng(0), []
    for example in examples:
        with Image.open(example.path) as photo:
            skins.append(lesion_free_skin(central_crop(photo.convert("RGB")), random))
    outcomes = [
        outcome_of(network, skin) for skin in tqdm(skins, unit="photo", leave=False) if skin
    ]
    kept = [example for example, skin in zip(examples, skins, strict=True) if skin]
    row = {"name": "no_lesion_in_view", "unit": "skin beside the lesion, %", "strength": 100}
    return row | summary(outcomes, kept)


def _tones(network: Network, examples: list[Example], melanin: float) -> list[dict[str, Any]]:
    angles: list[float] = []

    def darken(photo: Image.Image) -> Image.Image:
        dark = darkened(photo, melanin) if melanin else photo
        angles.append(typology_angle(dark))
        return dark

    outcomes = outcomes_of(network, examples, darken, f"melanin {melanin}")
    rows = []
    for name in (*BANDS, DARKEST):
        indices = [index for index, angle in enumerate(angles) if band(angle) == name]
        if indices:
            found = summary([outcomes[i] for i in indices], [examples[i] for i in indices])
            rows.append({"melanin": melanin, "band": name, **found})
    return rows


def _of(examples: list[Example], modality: str) -> list[Example]:
    return [e for e in examples if e.modality == modality]


def _unchanged(photo: Image.Image) -> Image.Image:
    return photo


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path))
@click.option("--fold", type=click.Choice(["test", "validation"]), default="test")
@click.option(
    "--sample",
    "size",
    default=MAX_SAMPLE,
    show_default=True,
    help="Number of corrupted photos of each modality.",
)
@click.option(
    "--network",
    "file",
    default=BUNDLED / f"{NAME}.tflite",
    type=click.Path(path_type=Path),
    help="The exported network; the bundled one by default.",
)
def quality_control(data: Path, folder: Path, fold: str, size: int, file: Path) -> None:
    """Measure image quality control on the held-out photos of DATA, unchanged and corrupted."""
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
    quality_control()
