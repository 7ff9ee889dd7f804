"""Perturbations of photos, and the estimates of their effect."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from cnn_model.data.synthetic import skin_photo
from cnn_model.evaluation.answers import collect
from cnn_model.evaluation.perturbations import ARTEFACTS, PERTURBATIONS, rotated
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
def test_a_perturbed_photo_shows_the_same_lesion(name: str) -> None:
    copy = {**PERTURBATIONS, **ARTEFACTS}[name](PHOTO)
    assert copy.mode == "RGB"
    assert copy.size == (SIDES.get(name, 80),) * 2
    before, after = (np.asarray(p.resize((80, 80)), dtype=np.float64) for p in (PHOTO, copy))
    assert 0 < np.abs(before - after).mean() < 60
    assert skin_photo((80, 80)) == PHOTO


def test_rotation_shows_no_black_corners() -> None:
    assert np.asarray(rotated(PHOTO, 45)).min() > 20


def test_an_artefact_covers_little() -> None:
    for draw in ARTEFACTS.values():
        changed = (np.asarray(PHOTO) != np.asarray(draw(PHOTO))).any(axis=-1)
        assert 0.005 < changed.mean() < 0.2
        assert not changed[32:48, 32:48].any()


EFFECT = PerturbationEffect(
    probability=np.array([[0.1, 0.3], [0.5, 0.4], [0.2, 0.2], [0.3, 0.3]]),
    urgency=np.array([[0, 1], [2, 1], [0, 0], [1, 1]]),
    groups=np.array(["a", "b", "c", "d"]),
)


def test_the_effect_of_a_perturbation() -> None:
    estimates = estimate_perturbation(EFFECT)
    assert estimates["status_changed"].value == 0.5
    assert estimates["mean_difference"].value == pytest.approx(0.075)
    assert estimates["p95_difference"].value == pytest.approx(0.185)
    assert estimates["mean_rise"].value == pytest.approx(0.025)


def test_the_effect_of_an_artefact() -> None:
    estimates = estimate_artefact(EFFECT)
    assert estimates["status_rose"].value == 0.25
    assert estimates["probability_rose"].value == 0.25


def test_robustness_is_measured_on_a_sample(tmp_path: Path) -> None:
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
    assert {estimates["mean_rise"]["count"] for estimates in rows.values()} == {2}
    assert rows["mirrored"]["mean_difference"]["value"] == pytest.approx(0, abs=1e-4)
    assert rows["20 % darker"]["mean_rise"]["value"] > 0
