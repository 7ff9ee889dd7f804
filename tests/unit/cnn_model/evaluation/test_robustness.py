"""Copies that show the same lesion, and what is made of the answers to them."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from cnn_model.data.synthetic import skin_photo
from cnn_model.evaluation.answers import collect
from cnn_model.evaluation.perturbations import ARTEFACTS, PERTURBATIONS, turned
from cnn_model.evaluation.robustness import (
    PerturbationEffect,
    estimate_artefact,
    estimate_perturbation,
    measure_robustness,
)
from constants import Modality
from tests.answers import answer, example
from tests.toy_network import toy_network

PHOTO = skin_photo((80, 80))
SIDES = {"half the size": 40, "a quarter of the size": 20, "twice the size": 160}


@pytest.mark.parametrize("name", [*PERTURBATIONS, *ARTEFACTS])
def test_a_copy_differs_and_shows_the_same(name: str) -> None:
    copy = {**PERTURBATIONS, **ARTEFACTS}[name](PHOTO)
    assert copy.mode == "RGB"
    assert copy.size == (SIDES.get(name, 80),) * 2
    before, after = (np.asarray(p.resize((80, 80)), dtype=np.float64) for p in (PHOTO, copy))
    assert 0 < np.abs(before - after).mean() < 60
    assert skin_photo((80, 80)) == PHOTO


def test_turning_shows_no_black_corners() -> None:
    assert np.asarray(turned(PHOTO, 45)).min() > 20


def test_a_mark_covers_little() -> None:
    for draw in ARTEFACTS.values():
        changed = (np.asarray(PHOTO) != np.asarray(draw(PHOTO))).any(axis=-1)
        assert 0.005 < changed.mean() < 0.2
        assert not changed[32:48, 32:48].any()


TRIED = PerturbationEffect(
    probability=np.array([[0.1, 0.3], [0.5, 0.4], [0.2, 0.2], [0.3, 0.3]]),
    severity=np.array([[0, 1], [2, 1], [0, 0], [1, 1]]),
    groups=np.array(["a", "b", "c", "d"]),
)


def test_how_much_a_change_changes() -> None:
    figures = estimate_perturbation(TRIED)
    assert figures["status_changed"].value == 0.5
    assert figures["mean_difference"].value == pytest.approx(0.075)
    assert figures["p95_difference"].value == pytest.approx(0.185)
    assert figures["mean_rise"].value == pytest.approx(0.025)


def test_how_often_a_mark_raises_the_answer() -> None:
    figures = estimate_artefact(TRIED)
    assert figures["status_rose"].value == 0.25
    assert figures["probability_rose"].value == 0.25


def test_changes_are_tried_on_some_and_marks_on_benign_photos(tmp_path: Path) -> None:
    PHOTO.save(tmp_path / "photo.png")
    examples = [
        dataclasses.replace(example(code, number), path=tmp_path / "photo.png")
        for number, code in enumerate(["MEL", "NV", "NV"])
    ]
    results = measure_robustness(
        toy_network(), examples, collect(examples, [answer(0.2)] * 3), count=2
    )
    rows = results[Modality.CLINICAL]
    assert list(rows) == [*PERTURBATIONS, *ARTEFACTS]
    assert {figures["mean_rise"]["count"] for figures in rows.values()} == {2}
    assert rows["mirrored"]["mean_difference"]["value"] == pytest.approx(0, abs=1e-4)
    assert rows["20 % darker"]["mean_rise"]["value"] > 0
