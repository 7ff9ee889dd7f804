"""The whole report of fixed answers, compared with committed files to the last printed digit.

`python -m tests.unit.cnn_model.evaluation.test_golden_report` regenerates the files. Do so after a
change of words; a change of a number needs a reason.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_model.data.dataset import FOLDERS, NO_DIAGNOSIS, NOT_SKIN, Example
from cnn_model.data.external import ExternalAnswer, ExternalPhoto
from cnn_model.evaluation.answers import REFUSED, Answers, PhotoAnswer, collect
from cnn_model.evaluation.estimates import ESTIMATES
from cnn_model.evaluation.external import estimate_external
from cnn_model.evaluation.pipeline import build_report, plain, subgroups_of
from cnn_model.evaluation.report import render
from cnn_model.evaluation.robustness import (
    PerturbationEffect,
    estimate_artefact,
    estimate_perturbation,
)
from cnn_model.evaluation.saliency import MODES, ORDERS, STEPS, Curves, estimate_saliency
from cnn_model.evaluation.sources import EngineAnswers
from cnn_model.serving.calibration import CODES, MALIGNANT_INDICES, PREMALIGNANT_INDICES
from cnn_model.serving.context import Context
from constants import Modality, Sex, Status

GOLDEN = Path(__file__).with_name("golden")
PHOTOS = {Modality.CLINICAL: 160, Modality.DERMOSCOPIC: 260}
PATIENTS = {Modality.CLINICAL: 90, Modality.DERMOSCOPIC: 170}
OTHERS = 40
SITES = ("back", "face", "forearm", None)
HEADERS = {
    Modality.CLINICAL: "image,sex,fitzpatrick",
    Modality.DERMOSCOPIC: "image,sex",
}


def make_examples(data: Path, random: np.random.Generator) -> list[Example]:
    """Return lesions of both modalities and pictures of other things, and write their labels."""
    examples = []
    for modality, count in PHOTOS.items():
        folder = data / FOLDERS[modality]
        folder.mkdir(parents=True, exist_ok=True)
        rows = [HEADERS[modality]]
        for number in range(count):
            age = int(random.integers(20, 90)) if random.random() < 0.9 else None
            site = SITES[int(random.integers(len(SITES)))]
            sex = (*Sex, None)[int(random.integers(len(Sex) + 1))]
            row = [f"{number}.jpg", sex or ""]
            if modality is Modality.CLINICAL:
                row.append(f"{random.integers(1, 5)}.0" if sex else "")
            rows.append(",".join(row))
            examples.append(
                Example(
                    path=folder / "images" / f"{number}.jpg",
                    modality=modality,
                    stratum=modality,
                    group=f"{modality}/{random.integers(PATIENTS[modality])}",
                    diagnosis=int(random.choice(len(CODES), p=(np.arange(8, 0, -1) / 36))),
                    context=Context(age=age, body_site=site),
                )
            )
        (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    examples += [
        Example(data / f"{number}.jpg", NOT_SKIN, NOT_SKIN, f"other/{number}", NO_DIAGNOSIS)
        for number in range(OTHERS)
    ]
    return examples


def make_answer(example: Example, random: np.random.Generator, skill: float) -> PhotoAnswer:
    """Return an answer with two decimals, so that many photos have the same probability."""
    is_lesion = example.diagnosis != NO_DIAGNOSIS
    if random.random() < (0.07 if is_lesion else 0.9):
        return PhotoAnswer(REFUSED)
    logits = random.normal(size=len(CODES))
    logits[example.diagnosis if is_lesion else 0] += skill
    probabilities = np.exp(logits) / np.exp(logits).sum()
    probability = round(float(probabilities[list(MALIGNANT_INDICES)].sum()), 2)
    premalignant = round(float(probabilities[list(PREMALIGNANT_INDICES)].sum()), 2)
    if probability >= 0.6:
        status = Status.MALIGNANT
    elif probability >= 0.2 or premalignant >= 0.4:
        status = Status.UNCLEAR
    else:
        status = Status.BENIGN
    possible = {"malignant": probability >= 0.2, "not_malignant": probability < 0.6}
    return PhotoAnswer(
        status=status,
        probabilities=tuple(probabilities.round(3).tolist()),
        probability=probability,
        premalignant=premalignant,
        interval=(max(probability - 0.1, 0.0), min(probability + 0.1, 1.0)),
        conformal_set=tuple(name for name, is_possible in possible.items() if is_possible),
        sharpness=round(float(random.random()), 2),
    )


def make_answers(examples: list[Example], seed: int, skill: float) -> Answers:
    random = np.random.default_rng(seed)
    return collect(examples, [make_answer(example, random, skill) for example in examples])


def make_external() -> dict[str, Any]:
    random = np.random.default_rng(5)
    photos, answers = [], []
    for number in range(300):
        source = ("ISIC 2017", "ISIC 2020")[number % 2]
        is_melanoma = bool(random.random() < 0.3)
        probability = round(float(random.beta(3 if is_melanoma else 1, 3)), 2)
        is_refused = bool(random.random() < 0.05)
        is_benign = not is_refused and probability < 0.2
        group = f"patient {random.integers(120)}"
        photos.append(ExternalPhoto(Path(f"{number}.jpg"), source, group, is_melanoma, 1))
        interval = (max(probability - 0.1, 0.0), min(probability + 0.1, 1.0))
        answers.append(
            ExternalAnswer(
                probability, Modality.DERMOSCOPIC, is_refused, is_benign, number % 7 == 0, interval
            )
        )
    return {source: plain(found) for source, found in estimate_external(photos, answers).items()}


def make_saliency() -> dict[str, Any]:
    random = np.random.default_rng(6)
    curves = Curves(
        groups=random.integers(15, size=20).astype(np.str_),
        values={
            mode: {order: random.random((20, STEPS + 1)) for order in ORDERS} for mode in MODES
        },
    )
    return {mode: plain(found) for mode, found in estimate_saliency(curves).items()}


def make_robustness() -> dict[str, Any]:
    random = np.random.default_rng(7)
    effects = [
        PerturbationEffect(
            random.random((50, 2)).round(2),
            random.integers(3, size=(50, 2)),
            random.integers(40, size=50).astype(np.str_),
        )
        for _ in range(2)
    ]
    return {
        Modality.CLINICAL: {
            "mirrored": plain(estimate_perturbation(effects[0])),
            "ruler": plain(estimate_artefact(effects[1])),
        }
    }


def make_report(data: Path) -> dict[str, Any]:
    """Return the report of two engines and of all slow measurements, without its plots."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnn_model.evaluation.metrics.REPLICATES", 100)
        return _make_report(data)


def _make_report(data: Path) -> dict[str, Any]:
    examples = make_examples(data, np.random.default_rng(0))
    model = {"name": "network", "version": "1.0.0", "sha256": "0" * 64}
    answers = make_answers(examples, seed=1, skill=2.5), make_answers(examples, seed=2, skill=1.8)
    first = EngineAnswers("litert", model, examples, *answers)
    second = EngineAnswers("api", model, examples, make_answers(examples, seed=3, skill=2.5))
    report = build_report([first, second], subgroups_of(first, data))
    for metrics in (report, *report["engines"].values()):
        metrics["evaluated"] = "2026-01-01"
    return report | {
        "plots": {"ROC curves": "roc.png"},
        "pictures": {name: f"{name}.png" for name in ("subgroups", "mistakes", "saliency")},
        "external": make_external(),
        "saliency": make_saliency(),
        "robustness": make_robustness(),
    }


def written(report: dict[str, Any]) -> dict[str, str]:
    """Return the text of each golden file by its name."""
    return {
        "report.json": json.dumps(report, indent=1, allow_nan=False) + "\n",
        "report.md": render(report),
    }


def test_the_report_is_the_same_to_the_last_digit(tmp_path: Path) -> None:
    report = make_report(tmp_path)
    for name, text in written(report).items():
        assert text == (GOLDEN / name).read_text(), name


def test_the_golden_report_has_every_estimate() -> None:
    report = json.loads((GOLDEN / "report.json").read_text())
    sections = [report[name] for name in (*Modality, "quality_control")]
    names = {name for section in (*sections, *report["external"].values()) for name in section}
    assert names == set(ESTIMATES)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for file, content in written(make_report(Path(folder))).items():
            (GOLDEN / file).write_text(content)
