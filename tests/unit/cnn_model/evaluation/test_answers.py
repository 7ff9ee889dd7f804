"""The answers to photos, as arrays."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_model.data.dataset import NOT_SKIN
from cnn_model.evaluation.answers import REFUSED, Answers, PhotoAnswer, agreement, collect
from cnn_model.evaluation.estimates import estimate_modality, estimate_quality_control
from cnn_model.evaluation.mistakes import draw_mistakes, worst_mistakes
from cnn_model.serving.calibration import CODES
from constants import Modality, Status
from tests.answers import ANSWERS, FOUR, answer, example


def refused(modality: str = Modality.CLINICAL) -> Answers:
    return collect([example("MEL", modality=modality)], [PhotoAnswer(REFUSED)])


def test_the_estimates_of_four_photos() -> None:
    estimates = estimate_modality(ANSWERS)
    expected = {
        "auc_malignant": 0.5,
        "sensitivity_flagged": 0.5,
        "specificity_flagged": 0.5,
        "sensitivity_malignant": 0.5,
        "balanced_accuracy": 0.75,
        "conformal_coverage_malignant": 0.5,
        "conformal_coverage_not_malignant": 1.0,
        "conformal_undecided": 0.0,
    }
    assert {name: estimates[name].value for name in expected} == pytest.approx(expected)


def test_estimates_without_context_are_named_image_only() -> None:
    image_only = dataclasses.replace(ANSWERS, statuses=np.full(4, str(Status.BENIGN)))
    estimates = estimate_modality(ANSWERS, image_only)
    assert estimates["sensitivity_flagged"].value == 0.5
    assert estimates["sensitivity_flagged_image_only"].value == 0.0
    assert "sensitivity_flagged_image_only" not in estimate_modality(ANSWERS)


def test_a_refused_photo_counts_in_quality_control_only() -> None:
    photos = collect(
        [*FOUR, example("MEL", 4), example(None, 5, NOT_SKIN)],
        [answer(0.9), answer(0.9), answer(0.1), answer(0.1), *[PhotoAnswer(REFUSED)] * 2],
    )
    assert len(photos.of_modality(Modality.CLINICAL)) == 4
    estimates = estimate_quality_control(photos)
    assert (estimates["clinical_refused"].value, estimates["clinical_refused"].count) == (0.2, 5)
    assert estimates["not_skin_refused"].value == 1


@pytest.mark.parametrize(
    ("modality", "expected"), [(Modality.CLINICAL, "SCC"), (Modality.DERMOSCOPIC, "AK")]
)
def test_bowens_disease_is_an_actinic_keratosis_in_dermoscopy(modality: str, expected: str) -> None:
    probabilities = dict.fromkeys(CODES, 0.0) | {"SCC": 0.4, "AK": 0.3, "NV": 0.3}
    photos = collect(
        [example("AK", modality=modality)],
        [answer(0.4, probabilities=tuple(probabilities.values()))],
    )
    assert CODES[photos.classes()[1][0]] == expected


def test_engines_agree_with_themselves() -> None:
    assert agreement(ANSWERS, ANSWERS) == {
        "photos": 4,
        "compared": 4,
        "greatest_difference": 0.0,
        "different_statuses": 0,
    }


def test_agreement_measures_the_difference_of_engines() -> None:
    other = collect(
        FOUR,
        [
            answer(0.9, Status.MALIGNANT),
            answer(0.15),
            answer(0.05),
            PhotoAnswer(REFUSED),
        ],
    )
    found = agreement(ANSWERS, other)
    assert found["compared"] == 3
    assert found["greatest_difference"] == pytest.approx(0.25)
    assert found["different_statuses"] == 2


def test_agreement_without_an_assessed_photo() -> None:
    assert agreement(refused(), refused())["greatest_difference"] == 0


def test_the_worst_mistakes_come_first() -> None:
    false_negatives, false_positives = worst_mistakes(ANSWERS, count=1)
    assert (false_negatives.tolist(), false_positives.tolist()) == ([1], [2])
    assert worst_mistakes(refused())[0].tolist() == []


def test_the_contact_sheet_shows_the_photos(tmp_path: Path) -> None:
    examples = []
    for one, colour in zip(FOUR, ["red", "lime", "blue", "yellow"], strict=True):
        Image.new("RGB", (64, 64), colour).save(tmp_path / f"{colour}.png")
        examples.append(dataclasses.replace(one, path=tmp_path / f"{colour}.png"))
    draw_mistakes(examples, ANSWERS, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        colours = {colour for _, colour in sheet.convert("RGB").getcolors(2**24) or []}
    assert {(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)} <= colours
