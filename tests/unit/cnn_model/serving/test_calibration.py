"""From logits to a status."""

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from cnn_model.data.dataset import Example
from cnn_model.release.calibrate import (
    choose_thresholds,
    expected_proportion,
    fit_calibration,
    fit_diagnosis_weights,
    fit_scaling,
    interval_covariance,
    threshold_for_sensitivity,
    threshold_for_specificity,
)
from cnn_model.release.evidence import fit_evidence
from cnn_model.release.predictions import Predictions
from cnn_model.serving.calibration import CODES, Calibration, softmax
from cnn_model.serving.context import Context, ContextEvidence
from constants import Sex, Status
from tests.answers import CALIBRATION


def test_the_probabilities_add_up() -> None:
    probabilities = CALIBRATION.probabilities(np.array([[2.0, 0, 0, 0, 0, 0, 0, 0], [1000.0] * 8]))
    assert probabilities.shape == (2, 8)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert probabilities[0, 0] == pytest.approx(math.e / (math.e + 7))


def test_rare_diagnoses_are_found_more_often_and_cancer_is_as_likely_as_before() -> None:
    logits = np.random.default_rng(0).normal(0, 4, (200, 8))
    logits[0] = [-5000.0] * 7 + [5000.0]
    weights = tuple(3.0 if code in ("MEL", "DF") else 1.0 for code in CODES)
    weighted = dataclasses.replace(CALIBRATION, diagnosis_weights=weights)
    before, after = CALIBRATION.probabilities(logits), weighted.probabilities(logits)
    assert after.sum(axis=1) == pytest.approx(1)
    for group in (Calibration.malignant_probability, Calibration.premalignant_probability):
        assert group(weighted, after) == pytest.approx(group(CALIBRATION, before))
    rare = [CODES.index(code) for code in ("MEL", "DF")]
    assert (after[1:, rare] > before[1:, rare]).all()


def test_a_description_without_weights_shares_nothing_out_anew() -> None:
    values = CALIBRATION.to_dict()
    del values["diagnosis_weights"]
    assert Calibration.from_dict(values) == CALIBRATION


def test_the_rarer_a_diagnosis_the_greater_its_weight() -> None:
    diagnoses = np.repeat(np.arange(7), [1, 2, 3, 4, 5, 6, 7])
    weights = fit_diagnosis_weights(diagnoses, 0.5)
    assert list(weights[:7]) == sorted(weights[:7], reverse=True)
    assert np.mean(weights) == pytest.approx(1)
    assert fit_diagnosis_weights(diagnoses, 0.0) == (1.0,) * 8


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


@pytest.mark.parametrize("probability", [0.0, 1e-9, 0.05, 0.5, 0.97, 1.0])
def test_the_interval_holds_the_probability(probability: float) -> None:
    low, high = CALIBRATION.interval(probability)
    assert 0 <= low <= probability <= high <= 1
    assert high - low < 0.45


def test_the_interval_shrinks_to_that_of_the_line_with_many_neighbours() -> None:
    many = dataclasses.replace(CALIBRATION, neighbours=10**9)
    assert many.interval(0.5) == pytest.approx((0.4032, 0.5968), abs=1e-3)
    assert CALIBRATION.interval(0.5)[0] < 0.4


@pytest.mark.parametrize(
    ("probability", "possible"),
    [
        (0.05, ("not_malignant",)),
        (0.1, ("malignant", "not_malignant")),
        (0.59, ("malignant", "not_malignant")),
        (0.6, ("malignant",)),
    ],
)
def test_says_what_cannot_be_ruled_out(probability: float, possible: tuple[str, ...]) -> None:
    assert CALIBRATION.conformal_set(probability) == possible


def test_what_was_told_shifts_the_diagnoses() -> None:
    shift = CALIBRATION.evidence.shift(Context(sex=Sex.MALE))
    shifted = CALIBRATION.probabilities(np.zeros(8), shift)
    assert shifted[0] == pytest.approx(math.exp(0.5) / (math.exp(0.5) + 7))


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0.0},
        {"temperature": math.nan},
        {"bias": (0.0,) * 7},
        {"diagnosis_weights": (1.0,) * 7},
        {"diagnosis_weights": (0.0, *(1.0,) * 7)},
        {"unclear_threshold": 0.7},
        {"unclear_threshold": 0.0},
        {"malignant_threshold": 1.1},
        {"premalignant_threshold": 0.0},
        {"interval_covariance": (-1.0, 0.0, 1.0)},
        {"interval_covariance": (1.0, 2.0, 1.0)},
        {"interval_covariance": (math.nan, 0.0, 1.0)},
        {"neighbours": 0},
        {"operating_point": {"sensitivity": 1.1, "specificity": 0.5}},
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
    temperature, bias = fit_scaling(3 * honest, diagnoses)
    assert temperature == pytest.approx(3, rel=0.05)
    assert np.abs(bias).max() < 0.1


def test_thresholds_are_rounded_to_the_safe_side() -> None:
    scores = np.random.default_rng(0).random(101)
    sensitive = threshold_for_sensitivity(scores, 0.95)
    assert (scores >= sensitive).mean() >= 0.95
    specific = threshold_for_specificity(scores, 0.9)
    assert (scores < specific).mean() >= 0.9


def test_new_cancers_are_missed_no_more_often_than_promised() -> None:
    random = np.random.default_rng(0)
    missed = [
        (random.random(1000) < threshold_for_sensitivity(random.random(39), 0.95)).mean()
        for _ in range(500)
    ]
    assert np.mean(missed) <= 0.05


def predictions(count: int = 3000) -> Predictions:
    """Photos of men and women whose network is right more often than not and twice too sure."""
    random = np.random.default_rng(0)
    diagnoses = random.integers(0, 8, count)
    honest = random.normal(size=(count, 8)) + 1.5 * np.eye(8)[diagnoses]
    sexes = np.where(random.random(count) < np.where(diagnoses == 0, 0.9, 0.5), "male", "female")
    return Predictions(
        logits=np.hstack([2 * honest, np.ones((count, 2))]).astype(np.float32),
        diagnoses=diagnoses,
        modalities=np.full(count, "dermoscopic"),
        groups=np.arange(count).astype(str),
        contexts=np.array([Context(sex=Sex(sex)) for sex in sexes], dtype=object),
    )


def examples_of(known: Predictions) -> list[Example]:
    return [
        Example(Path("x.jpg"), "dermoscopic", "dermoscopic", group, int(diagnosis), context)
        for group, diagnosis, context in zip(
            known.groups, known.diagnoses, known.contexts, strict=True
        )
    ]


def test_fits_a_calibration_that_keeps_what_it_promises() -> None:
    known = predictions()
    calibration = fit_calibration(known, fit_evidence(examples_of(known)))
    cancer = np.isin(known.diagnoses, [0, 2, 3])
    for shift in (0.0, known.shifts(calibration.evidence)):
        chances = calibration.probabilities(known.logits[:, :8], shift)
        probability = calibration.malignant_probability(chances)
        assert (probability[cancer] >= calibration.unclear_threshold).mean() >= 0.95
        assert (probability[~cancer] < calibration.malignant_threshold).mean() >= 0.9
    assert calibration.operating_point["sensitivity"] >= 0.95
    assert 0 < calibration.operating_point["specificity"] < 1


@pytest.mark.parametrize(("melanomas", "promised"), [(400, True), (18, False)])
def test_melanomas_are_missed_no_more_often_than_promised(melanomas: int, promised: bool) -> None:
    """Though nearly all cancers are carcinomas, which score higher."""
    random = np.random.default_rng(0)
    diagnoses = np.repeat([0, 2, 1, 4], [melanomas, 8000, 1000, 100])
    highest = np.repeat([0.5, 1.0, 0.2, 0.2], [melanomas, 8000, 1000, 100])
    scores = random.random(len(diagnoses)) * highest
    unclear, malignant, _ = choose_thresholds(scores, scores, diagnoses)
    sensitivity = float((scores[diagnoses == 0] >= unclear).mean())
    assert (sensitivity >= 0.95) is promised
    assert (scores[np.isin(diagnoses, [0, 2])] >= unclear).mean() >= 0.95
    assert malignant >= unclear


def test_no_number_of_photos_makes_an_operating_point_certain() -> None:
    assert expected_proportion(np.ones(78, dtype=bool)) == pytest.approx(79 / 80)
    assert expected_proportion(np.zeros(8, dtype=bool)) == pytest.approx(1 / 10)
    assert expected_proportion(np.array([True] * 90 + [False] * 10)) == pytest.approx(0.9, abs=0.01)


def test_takes_the_evidence_that_the_labels_hold() -> None:
    known = predictions()
    evidence = fit_evidence(examples_of(known))
    assert evidence.shift(Context(sex=Sex.MALE))[0] > 0.3
    assert evidence.shift(Context(sex=Sex.FEMALE))[0] < -1
    assert evidence.used(Context(sex=Sex.MALE, age=50, body_site="back")) == ("sex",)


def test_a_body_site_without_photos_is_counted_by_its_region() -> None:
    examples = [
        Example(Path("x.jpg"), "clinical", "clinical", str(n), n % 2, Context(body_site=site))
        for n, site in enumerate(["back", "face", "chest", "face"] * 10)
    ]
    evidence = fit_evidence(examples)
    assert evidence.used(Context(body_site="trunk")) == ("body_site",)
    assert evidence.shift(Context(body_site="trunk"))[0] > 0
    assert evidence.used(Context(body_site="foot")) == ()


def test_evidence_that_says_nothing_is_given_no_weight() -> None:
    known = predictions()
    nonsense = ContextEvidence({"sex": {"male": (-3.0, 3.0, *(0.0,) * 6)}})
    assert fit_calibration(known, nonsense).evidence.shift(Context(sex=Sex.MALE))[0] == 0


def test_intervals_widen_with_fewer_photos() -> None:
    random = np.random.default_rng(0)
    p = random.random(4000)
    truth, groups = random.random(4000) < p, np.arange(4000).astype(str)
    many = interval_covariance(p, truth, groups)
    few = interval_covariance(p[:100], truth[:100], groups[:100])
    assert few[0] > 10 * many[0]
    assert few[2] > 10 * many[2]
