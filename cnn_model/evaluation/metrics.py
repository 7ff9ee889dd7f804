"""Metrics of a classifier: pure functions of arrays.

`truth` is boolean (n,), `score` any number (n,), `probability` 0 to 1 (n,). A metric that the data
do not define (such as the AUC of one class) is NaN.
"""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import sklearn.metrics
from numpy.typing import NDArray
from scipy.stats import binomtest

REPLICATES = 1000
"""Draws of each bootstrap."""

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def roc_auc(truth: Bools, score: Floats) -> float:
    """Return the area under the ROC curve, 0 to 1.

    It is the probability that a positive scores above a negative; ties count half (Hanley and
    McNeil 1982).
    """
    # Not scikit-learn's: the bootstrap computes this 1,000 times for each of some fifty estimates
    # of a report. For 1,000 photos `roc_auc_score` takes 4.9 ms and this 0.14 ms; a report of 460
    # photos takes 240 s and 14 s. The tests compare the two.
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return math.nan
    _, indices, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[indices]
    above = ranks[truth].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def roc_curve(truth: Bools, score: Floats) -> tuple[Floats, Floats]:
    """Return false and true positive rates (k,), one point per distinct score, (0, 0) to (1, 1)."""
    if truth.all() or not truth.any():
        return np.array([math.nan]), np.array([math.nan])
    false, true, _ = sklearn.metrics.roc_curve(truth, score, drop_intermediate=False)
    return false, true


def sensitivity_specificity(truth: Bools, score: Floats, threshold: float) -> tuple[float, float]:
    """Return the fractions of positives at or above and of negatives below the threshold."""
    flagged = score >= threshold
    return _fraction(flagged[truth]), _fraction(~flagged[~truth])


def specificity_at_sensitivity(truth: Bools, score: Floats, sensitivity: float = 0.95) -> float:
    """Return the specificity at the largest threshold with this sensitivity on these data."""
    positives = np.sort(score[truth])
    if not len(positives):
        return math.nan
    missed = math.floor((1 - sensitivity) * len(positives) + 1e-9)
    return sensitivity_specificity(truth, score, float(positives[missed]))[1]


def balanced_accuracy(truth: Ints, predicted: Ints) -> float:
    """Return the mean recall of the classes in `truth` (n,), 0 to 1."""
    if not len(truth):
        return math.nan
    with warnings.catch_warnings():
        # In a bootstrap replicate a predicted class can be missing, which changes no recall.
        warnings.simplefilter("ignore", UserWarning)
        return float(sklearn.metrics.balanced_accuracy_score(truth, predicted))


def brier_score(truth: Bools, probability: Floats) -> float:
    """Return the mean squared error of the probability, 0 (best) to 1 (Brier 1950)."""
    if not len(truth):
        return math.nan
    return float(sklearn.metrics.brier_score_loss(truth, probability, pos_label=True))


def wilson_interval(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a proportion (Wilson 1927); (0, 1) if `count` is 0."""
    if not count:
        return 0.0, 1.0
    interval = binomtest(hits, count).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def expected_calibration_error(truth: Bools, probability: Floats, bins: int = 15) -> float:
    """Return the expected calibration error, 0 (best) to 1 (Naeini et al. 2015).

    It is the mean distance of probability and frequency over bins of equal width, weighted by the
    number of photos.
    """
    indices = np.minimum((probability * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(indices, weights=probability - truth, minlength=bins)
    return float(np.abs(gaps).sum() / len(truth)) if len(truth) else math.nan


def calibration_errors_by_chance(probability: Floats, seed: int = 0) -> Floats:
    """Return the calibration errors (REPLICATES,) of labels drawn from the probabilities.

    They are what perfect calibration looks like with so few photos (Broecker and Smith 2007,
    consistency resampling).
    """
    random = np.random.default_rng(seed)
    draws = random.random((REPLICATES, len(probability))) < probability
    return np.array([expected_calibration_error(truth, probability) for truth in draws])


def net_benefit(truth: Bools, flagged: Bools, threshold: float) -> float:
    """Return the net benefit per photo, at most the fraction of positives (Vickers and Elkin 2006).

    True referrals count 1. False ones cost the odds of the probability, 0 to 1, from which one
    would refer.
    """
    if not len(truth):
        return math.nan
    cost = threshold / (1 - threshold)
    return float(((flagged & truth).sum() - cost * (flagged & ~truth).sum()) / len(truth))


def decision_curve(truth: Bools, probability: Floats, thresholds: Floats) -> Floats:
    """Return the net benefit (k,) of referring at or above each threshold (k,).

    "Refer all" is the curve of a probability that is always 1; "refer none" is 0.
    """
    return np.array([net_benefit(truth, probability >= t, float(t)) for t in thresholds])


def interval_coverage(
    truth: Bools, probability: Floats, intervals: Floats, bins: int = 10
) -> Bools:
    """Return whether the mean interval of each bin covers its fraction of positives, shape (bins,).

    The bins have equally many photos, in the order of the probability; there are fewer bins if
    there are fewer photos. `intervals` (n, 2), 0 to 1.
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    counts = np.array([len(part) for part in parts])
    positives = np.array([truth[part].sum() for part in parts])
    means = np.array([intervals[part].mean(axis=0) for part in parts]).reshape(-1, 2)
    # Rounded outwards to possible counts: no positive among a hundred agrees with 0.001.
    low, high = np.floor(means[:, 0] * counts), np.ceil(means[:, 1] * counts)
    return np.asarray((low <= positives) & (positives <= high))


def bootstrap_replicates(
    metric: Callable[..., Any],
    groups: NDArray[Any],
    *arrays: NDArray[Any],
    seed: int = 0,
) -> Floats:
    """Return `metric(*arrays)`, a number or an array, of each replicate, shape (REPLICATES, ...).

    Whole groups (n,), the patients or lesions, are drawn with replacement.
    """
    random = np.random.default_rng(seed)
    _, indices = np.unique(groups, return_inverse=True)
    order, sizes = np.argsort(indices, kind="stable"), np.bincount(indices)
    starts = np.cumsum(sizes) - sizes
    values = []
    for _ in range(REPLICATES):
        drawn = random.integers(len(sizes), size=len(sizes))
        lengths = sizes[drawn]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        rows = order[np.repeat(starts[drawn], lengths) + within]
        values.append(metric(*(array[rows] for array in arrays)))
    return np.array(values, dtype=np.float64)


def clustered_bootstrap(
    metric: Callable[..., float],
    groups: NDArray[Any],
    *arrays: NDArray[Any],
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95 % percentile interval of the metric over `bootstrap_replicates`.

    Replicates in which it is NaN are left out. Both ends are NaN if all are, or without photos.
    """
    if not len(groups):
        return math.nan, math.nan
    values = bootstrap_replicates(metric, groups, *arrays, seed=seed)
    if np.isnan(values).all():
        return math.nan, math.nan
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def bootstrap_band(
    curve: Callable[..., Floats], groups: NDArray[Any], *arrays: NDArray[Any]
) -> tuple[Floats, Floats]:
    """Return the pointwise 95 % percentile interval of a curve (k,): low and high, each (k,).

    Replicates with a NaN are left out. Both ends are NaN if all have one.
    """
    replicates = bootstrap_replicates(curve, groups, *arrays)
    is_defined = ~np.isnan(replicates).any(axis=1)
    if not is_defined.any():
        return np.full(replicates.shape[1], math.nan), np.full(replicates.shape[1], math.nan)
    low, high = np.percentile(replicates[is_defined], [2.5, 97.5], axis=0)
    return low, high


def _fraction(flags: Bools) -> float:
    return float(flags.mean()) if len(flags) else math.nan
