"""What photos were answered, as arrays."""

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


def test_the_figures_of_four_photos() -> None:
    figures = estimate_modality(ANSWERS)
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
    assert {name: figures[name].value for name in expected} == pytest.approx(expected)


def test_figures_without_what_was_told_stand_beside_those_with_it() -> None:
    careless = dataclasses.replace(ANSWERS, statuses=np.full(4, str(Status.BENIGN)))
    figures = estimate_modality(ANSWERS, careless)
    assert figures["sensitivity_flagged"].value == 0.5
    assert figures["sensitivity_flagged_image_only"].value == 0.0
    assert "sensitivity_flagged_image_only" not in estimate_modality(ANSWERS)


def test_a_refused_photo_counts_at_the_gate_and_nowhere_else() -> None:
    photos = collect(
        [*FOUR, example("MEL", 4), example(None, 5, NOT_SKIN)],
        [answer(0.9), answer(0.9), answer(0.1), answer(0.1), *[PhotoAnswer(REFUSED)] * 2],
    )
    assert len(photos.of_modality(Modality.CLINICAL)) == 4
    gate = estimate_quality_control(photos)
    assert (gate["clinical_refused"].value, gate["clinical_refused"].count) == (0.2, 5)
    assert gate["not_skin_refused"].value == 1


@pytest.mark.parametrize(
    ("modality", "likeliest"), [(Modality.CLINICAL, "SCC"), (Modality.DERMOSCOPIC, "AK")]
)
def test_bowens_disease_is_an_actinic_keratosis_in_dermoscopy(
    modality: str, likeliest: str
) -> None:
    chances = dict.fromkeys(CODES, 0.0) | {"SCC": 0.4, "AK": 0.3, "NV": 0.3}
    photos = collect(
        [example("AK", modality=modality)], [answer(0.4, probabilities=tuple(chances.values()))]
    )
    assert CODES[photos.classes()[1][0]] == likeliest


def test_engines_agree_with_themselves() -> None:
    assert agreement(ANSWERS, ANSWERS) == {
        "photos": 4,
        "compared": 4,
        "greatest_difference": 0.0,
        "different_statuses": 0,
    }


def test_how_far_engines_differ() -> None:
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


def test_agreement_where_nothing_can_be_compared() -> None:
    assert agreement(refused(), refused())["greatest_difference"] == 0


def test_the_worst_mistakes_come_first() -> None:
    missed, alarmed = worst_mistakes(ANSWERS, count=1)
    assert (missed.tolist(), alarmed.tolist()) == ([1], [2])
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
