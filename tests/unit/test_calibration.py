"""From logits to a status."""

import dataclasses
import math

import numpy as np
import pytest

from cnn_model.calibrate import (
    choose_thresholds,
    fit_scaling,
    threshold_for_sensitivity,
    threshold_for_specificity,
)
from cnn_model.calibration import CODES, Calibration, softmax
from constants import Status

CALIBRATION = Calibration(
    temperature=2.0,
    bias=(0.0,) * 8,
    unclear_threshold=0.1,
    malignant_threshold=0.6,
    premalignant_threshold=0.3,
    interval_bins=((0.2, 0.0, 0.1), (1.0, 0.4, 0.9)),
)


def test_the_probabilities_add_up() -> None:
    probabilities = CALIBRATION.probabilities(np.array([[2.0, 0, 0, 0, 0, 0, 0, 0], [1000.0] * 8]))
    assert probabilities.shape == (2, 8)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert probabilities[0, 0] == pytest.approx(math.e / (math.e + 7))


def test_cancer_is_melanoma_and_both_carcinomas() -> None:
    probabilities = np.eye(8)
    cancers = CALIBRATION.malignant_probability(probabilities)
    assert [c for c, p in zip(CODES, cancers, strict=True) if p] == ["MEL", "BCC", "SCC"]
    precursors = CALIBRATION.premalignant_probability(probabilities)
    assert [c for c, p in zip(CODES, precursors, strict=True) if p] == ["AK"]


@pytest.mark.parametrize(
    ("probability", "premalignant", "status"),
    [
        (0.6, 0.0, Status.MALIGNANT),
        (0.5999, 0.0, Status.UNCLEAR),
        (0.1, 0.0, Status.UNCLEAR),
        (0.0999, 0.0, Status.BENIGN),
        (0.0, 0.3, Status.UNCLEAR),
        (0.7, 0.3, Status.MALIGNANT),
    ],
)
def test_the_status_follows_the_thresholds(
    probability: float, premalignant: float, status: Status
) -> None:
    assert CALIBRATION.status(probability, premalignant) is status


@pytest.mark.parametrize("probability", [math.nan, -0.1, 1.1, math.inf])
def test_what_is_no_probability_has_no_status(probability: float) -> None:
    with pytest.raises(ValueError, match="not a probability"):
        CALIBRATION.status(probability, 0.0)
    with pytest.raises(ValueError, match="not a probability"):
        CALIBRATION.status(0.0, probability)


@pytest.mark.parametrize(
    ("probability", "interval"),
    [(0.05, (0.0, 0.1)), (0.15, (0.0, 0.15)), (0.3, (0.3, 0.9)), (1.0, (0.4, 1.0))],
)
def test_the_interval_holds_the_probability(
    probability: float, interval: tuple[float, float]
) -> None:
    assert CALIBRATION.interval(probability) == interval


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0.0},
        {"temperature": math.nan},
        {"bias": (0.0,) * 7},
        {"unclear_threshold": 0.7},
        {"unclear_threshold": 0.0},
        {"malignant_threshold": 1.1},
        {"premalignant_threshold": 0.0},
        {"interval_bins": ()},
        {"interval_bins": ((0.5, 0.0, 0.1),)},
        {"interval_bins": ((1.0, 0.5, 0.1),)},
    ],
)
def test_refuses_values_that_make_no_sense(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\."):
        dataclasses.replace(CALIBRATION, **change)  # type: ignore[arg-type]


def test_survives_being_written_down() -> None:
    assert Calibration.from_dict(CALIBRATION.to_dict()) == CALIBRATION


def test_scaling_finds_the_temperature_back() -> None:
    random = np.random.default_rng(0)
    honest = random.normal(scale=2, size=(20_000, 8))
    cumulative = softmax(honest).cumsum(axis=1)
    diagnoses = (random.random((20_000, 1)) > cumulative).sum(axis=1).clip(0, 7)
    temperature, bias = fit_scaling(3 * honest, diagnoses, np.ones(20_000))
    assert temperature == pytest.approx(3, rel=0.05)
    assert np.abs(bias).max() < 0.1


def test_thresholds_are_rounded_to_the_safe_side() -> None:
    scores = np.random.default_rng(0).random(101)
    sensitive = threshold_for_sensitivity(scores, 0.95)
    assert (scores >= sensitive).mean() >= 0.95
    specific = threshold_for_specificity(scores, 0.9)
    assert (scores < specific).mean() >= 0.9


def test_the_thresholds_hold_for_every_kind_of_photo() -> None:
    random = np.random.default_rng(0)
    diagnoses = random.integers(0, 8, 3000)
    kinds = np.where(random.random(3000) < 0.2, "smartphone", "dermoscopy")
    chances = softmax(random.normal(size=(3000, 8)) + 2 * np.eye(8)[diagnoses])
    unclear, malignant, _ = choose_thresholds(chances, diagnoses, kinds)
    score = chances[:, [0, 2, 3]].sum(axis=1)
    cancer = np.isin(diagnoses, [0, 2, 3])
    assert unclear <= malignant
    for kind in ("smartphone", "dermoscopy"):
        assert (score[cancer & (kinds == kind)] >= unclear).mean() >= 0.95
        assert (score[~cancer & (kinds == kind)] < malignant).mean() >= 0.9
