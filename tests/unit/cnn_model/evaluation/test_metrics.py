"""The metrics, against scikit-learn and by hand."""

import math
import warnings

import numpy as np
import pytest
from sklearn import metrics as reference

from cnn_model.evaluation import metrics

RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.random(400) < 0.3
SCORE = np.clip(RANDOM.normal(0.4 + 0.2 * TRUTH.astype(np.float64), 0.2), 0, 1).round(2)
CLASSES = RANDOM.integers(0, 5, 400)
PREDICTED = np.where(RANDOM.random(400) < 0.6, CLASSES, RANDOM.integers(0, 5, 400))
NOBODY = np.zeros(5, dtype=bool)


@pytest.mark.parametrize("decimals", [0, 1, 2, 9])
@pytest.mark.parametrize("count", [3, 50, 400])
def test_auc_is_that_of_scikit_learn(count: int, decimals: int) -> None:
    truth, score = TRUTH[:count].copy(), (SCORE[:count] * 0.99).round(decimals)
    truth[:2] = [True, False]
    assert metrics.roc_auc(truth, score) == pytest.approx(
        reference.roc_auc_score(truth, score), abs=1e-12
    )


def test_one_class_alone_has_no_roc_curve() -> None:
    for truth in (NOBODY, ~NOBODY, NOBODY[:0]):
        score = np.arange(float(len(truth)))
        assert math.isnan(metrics.roc_auc(truth, score))
        assert np.isnan(metrics.roc_curve(truth, score)).all()


def test_roc_curve_has_one_point_for_each_distinct_score() -> None:
    truth, score = np.array([True, False, True, False]), np.array([0.9, 0.5, 0.5, 0.1])
    false, true = metrics.roc_curve(truth, score)
    assert (false.tolist(), true.tolist()) == ([0, 0, 0.5, 1], [0, 0.5, 1, 1])


def test_brier_score() -> None:
    probability = np.array([0.8, 0.4, 0.0])
    truth = np.array([True, False, False])
    assert metrics.brier_score(truth, probability) == pytest.approx((0.04 + 0.16) / 3)
    assert metrics.brier_score(NOBODY, np.zeros(5)) == 0
    assert math.isnan(metrics.brier_score(NOBODY[:0], np.array([])))


def test_balanced_accuracy_counts_the_classes_in_the_truth() -> None:
    truth, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 7])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert metrics.balanced_accuracy(truth, predicted) == 0.5
        assert metrics.balanced_accuracy(truth[:2], predicted[:2]) == 0.5
        assert metrics.balanced_accuracy(truth[:1], predicted[:1]) == 1
        assert math.isnan(metrics.balanced_accuracy(truth[:0], predicted[:0]))


def test_sensitivity_and_specificity() -> None:
    truth = np.array([True, True, True, False, False])
    score = np.array([0.9, 0.5, 0.1, 0.5, 0.2])
    assert metrics.sensitivity_specificity(truth, score, 0.5) == pytest.approx((2 / 3, 1 / 2))


def test_specificity_at_sensitivity_reaches_the_sensitivity() -> None:
    positives = np.arange(20) / 20
    negatives = np.arange(20) / 20
    truth = np.repeat([True, False], 20)
    score = np.concatenate([positives, negatives])
    # One of the twenty positives may be missed.
    assert metrics.specificity_at_sensitivity(truth, score, 0.95) == pytest.approx(1 / 20)
    assert math.isnan(metrics.specificity_at_sensitivity(NOBODY, np.arange(5.0)))


def test_calibration_error_of_a_calibrated_and_an_overconfident_model() -> None:
    truth = np.repeat([True, False], [700, 300])
    assert metrics.expected_calibration_error(truth, np.full(1000, 0.7)) == pytest.approx(0)
    assert metrics.expected_calibration_error(truth, np.full(1000, 1.0)) == pytest.approx(0.3)


def test_calibration_error_by_chance_decreases_with_the_number_of_photos() -> None:
    few, many = (
        metrics.calibration_errors_by_chance(np.linspace(0, 1, n)).mean() for n in (90, 9000)
    )
    assert 0.07 < few < 0.15
    assert 0 < many < few / 5


def test_wilson_interval() -> None:
    # Newcombe 1998, table I.
    assert metrics.wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert metrics.wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert metrics.wilson_interval(20, 20)[1] == 1
    assert metrics.wilson_interval(0, 0) == (0, 1)


def test_bootstrap_draws_whole_groups() -> None:
    """Copies of a photo within its group do not narrow the interval."""
    values = RANDOM.normal(size=50)
    single = metrics.clustered_bootstrap(lambda v: float(v.mean()), np.arange(50), values)
    copies = metrics.clustered_bootstrap(
        lambda v: float(v.mean()), np.repeat(np.arange(50), 10), np.repeat(values, 10)
    )
    assert copies == pytest.approx(single)
    assert single[0] < values.mean() < single[1]


def test_net_benefit() -> None:
    # Vickers and Elkin 2006: of 753 patients 225 have the disease; at a threshold of 20 % a model
    # finds 142 of them, with 168 false positives.
    truth = np.repeat([True, False], [225, 528])
    flagged = np.concatenate([np.arange(225) < 142, np.arange(528) < 168])
    expected = 142 / 753 - 168 / 753 * 0.25
    assert metrics.net_benefit(truth, flagged, 0.2) == pytest.approx(expected)
    assert math.isnan(metrics.net_benefit(NOBODY[:0], NOBODY[:0], 0.2))


def test_decision_curves_of_a_perfect_model_and_of_referring_all_or_none() -> None:
    thresholds = np.array([0.01, 0.1, 0.2])
    perfect = metrics.decision_curve(TRUTH, TRUTH.astype(np.float64), thresholds)
    assert perfect == pytest.approx([TRUTH.mean()] * 3)
    prevalence = TRUTH.mean()
    everyone = metrics.decision_curve(TRUTH, np.ones(400), thresholds)
    assert everyone == pytest.approx(prevalence - (1 - prevalence) * thresholds / (1 - thresholds))
    assert metrics.decision_curve(TRUTH, np.zeros(400), thresholds) == pytest.approx([0] * 3)


def test_intervals_cover_bins_of_equally_many_photos() -> None:
    probability = np.repeat([0.1, 0.5], 10)
    truth = np.arange(20) % 10 < np.repeat([1, 9], 10)
    intervals = np.stack([probability - 0.05, probability + 0.05], axis=1)
    covered = metrics.interval_coverage(truth, probability, intervals, bins=2)
    assert covered.tolist() == [True, False]
    assert len(metrics.interval_coverage(truth[:1], probability[:1], intervals[:1])) == 1


def test_an_interval_covers_the_nearest_possible_proportion() -> None:
    # 0 to 2 positives of a hundred agree with a mean interval of 0.001 to 0.015; 3 do not.
    probability = np.full(100, 0.002)
    intervals = np.tile([0.001, 0.015], (100, 1))
    for positives, expected in ((0, True), (1, True), (2, True), (3, False)):
        truth = np.arange(100) < positives
        covered = metrics.interval_coverage(truth, probability, intervals, bins=1)
        assert covered.tolist() == [expected]


def test_band_of_a_curve() -> None:
    values = RANDOM.normal(loc=[0, 10, 20], size=(60, 3))
    low, high = metrics.bootstrap_band(lambda v: v.mean(axis=0), np.arange(60), values)
    assert (low < values.mean(axis=0)).all()
    assert (values.mean(axis=0) < high).all()
    assert high - low == pytest.approx([0.5] * 3, abs=0.2)


def test_band_without_the_replicates_that_lack_a_class() -> None:
    truth, score = np.array([True, False, False]), np.array([0.5, 0.1, 0.9])

    def curve(truth: np.ndarray, score: np.ndarray) -> np.ndarray:
        return np.repeat(metrics.roc_auc(truth, score), 2)

    low, high = metrics.bootstrap_band(curve, np.arange(3), truth, score)
    assert (low.tolist(), high.tolist()) == ([0, 0], [1, 1])
    band = metrics.bootstrap_band(curve, np.arange(5), NOBODY, np.arange(5.0))
    assert np.isnan(band).all()


def test_the_interval_without_photos_is_nan() -> None:
    assert all(map(math.isnan, metrics.clustered_bootstrap(np.mean, np.array([]), np.array([]))))
