"""Measures what the quality control refuses and warns of:
`python -m cnn_model.evaluation.quality_gate DATA --to FOLDER`.

Writes `gate.json`, and the same as Markdown into `gate.md` where FOLDER has one.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
import numpy as np
from PIL import Image
from tqdm import tqdm

from cnn_model.data.background import bare_skin
from cnn_model.data.dataset import NOT_SKIN, Example, read_examples, split
from cnn_model.evaluation.corruptions import DEGRADATIONS, Degradation
from cnn_model.evaluation.quality_table import table, update_page
from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.serving.calibration import MALIGNANT_INDICES
from cnn_model.serving.description import BUNDLED, NAME
from cnn_model.serving.quality import assess_quality
from cnn_model.serving.skin_tone import BANDS, DARKEST, band, darkened, typology_angle
from cnn_model.serving.statistics import wilson_interval
from constants import DERMOSCOPY, SMARTPHONE, Status

MELANIN = (0.0, 1.0, 2.0, 3.0)
SAMPLE = 200
"""At most so many photos of each kind are made worse, cancers first."""

Change = Callable[[Image.Image], Image.Image]
Judgement = dict[str, Any]


def judge(network: Network, photo: Image.Image) -> Judgement:
    """What the service would do with this photo, without keeping it."""
    answer = network.answer(photo)
    quality = assess_quality(photo, answer)
    return {
        "reasons": quality.reasons,
        "warnings": quality.warnings,
        "benign": not quality.reasons and quality.cautious(answer.status) is Status.BENIGN,
    }


def judge_all(
    network: Network, examples: list[Example], change: Change, label: str
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
        "warned": share(bool(j["warnings"]) and not j["reasons"] for j in judgements),
        "cancers_benign": share(j["benign"] for j, cancer in pairs if cancer),
        "reasons": _counts(j["reasons"] for j in judgements),
        "warnings": _counts(j["warnings"] for j in judgements if not j["reasons"]),
    }


def _counts(names: Iterable[list[str]]) -> dict[str, int]:
    flat = [name for found in names for name in found]
    return {name: flat.count(name) for name in sorted(set(flat))}


def central(photo: Image.Image) -> Image.Image:
    """The central square, which is what the gate sees; as it is where it is one already."""
    side = min(photo.size)
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    return photo.crop((left, top, left + side, top + side))


def sample(examples: list[Example], size: int = SAMPLE) -> list[Example]:
    """At most `size` of each kind, the cancers first, then in an order drawn once."""
    order = np.random.default_rng(0).permutation(len(examples))
    ranked = sorted(
        (examples[i] for i in order), key=lambda e: e.diagnosis not in MALIGNANT_INDICES
    )
    return [e for kind in (SMARTPHONE, DERMOSCOPY) for e in _of(ranked, kind)[:size]]


def measure_gate(network: Network, examples: list[Example], size: int = SAMPLE) -> dict[str, Any]:
    """Everything that `gate.json` holds, of these photos."""
    lesions = [e for e in examples if e.kind != NOT_SKIN]
    chosen = sample(lesions, size)
    return {
        "model": {"name": network.name, "version": network.version, "sha256": network.sha256},
        "kinds": {
            kind: summary(judge_all(network, _of(examples, kind), _same, kind), _of(examples, kind))
            for kind in (SMARTPHONE, DERMOSCOPY, NOT_SKIN)
            if _of(examples, kind)
        },
        "degraded": [
            *(row for name in DEGRADATIONS for row in _degraded(network, chosen, name)),
            _without_lesion(network, chosen),
        ],
        "tones": [row for melanin in MELANIN for row in _tones(network, chosen, melanin)],
    }


def _degraded(network: Network, examples: list[Example], name: str) -> list[dict[str, Any]]:
    unit, degrade, strengths = DEGRADATIONS[name]
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
            skins.append(bare_skin(central(photo.convert("RGB")), random))
    judgements = [judge(network, skin) for skin in tqdm(skins, unit="photo", leave=False) if skin]
    left = [example for example, skin in zip(examples, skins, strict=True) if skin]
    row = {"name": "no_lesion_in_view", "unit": "skin beside the lesion, %", "strength": 100}
    return row | summary(judgements, left)


def _worse(degrade: Degradation, strength: float) -> Change:
    return lambda photo: degrade(central(photo), strength)


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


def _of(examples: list[Example], kind: str) -> list[Example]:
    return [e for e in examples if e.kind == kind]


def _same(photo: Image.Image) -> Image.Image:
    return photo


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path))
@click.option("--fold", type=click.Choice(["test", "validation"]), default="test")
@click.option("--sample", "size", default=SAMPLE, show_default=True, help="Photos made worse.")
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
    report = {"fold": fold} | measure_gate(network, split(read_examples(data))[fold], size)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gate.json").write_text(json.dumps(report, indent=1, allow_nan=False) + "\n")
    update_page(folder / "gate.md", report)
    click.echo(table(report))


if __name__ == "__main__":
    gate()
