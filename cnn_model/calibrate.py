"""Fits the calibration and chooses the thresholds, on validation photos only."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from cnn_model.calibration import (
    CODES,
    MALIGNANT_INDICES,
    PREMALIGNANT_INDICES,
    Calibration,
    Floats,
    softmax,
)
from cnn_model.metrics import wilson_interval
from cnn_model.predictions import Predictions

# Of 95 % that a threshold reaches on the photos it was chosen by, new photos keep a little less.
CANCER_SENSITIVITY = 0.97
CANCER_SPECIFICITY = 0.90
PREMALIGNANT_SENSITIVITY = 0.90
# Below a tenth nearly every reddish patch would be unclear; from a half on a precursor is the
# likeliest diagnosis, and never benign.
PREMALIGNANT_RANGE = (0.1, 0.5)
LESIONS_REFUSED = 0.005
BIAS_PENALTY = 0.01
INTERVAL_BINS = 10
STEP = 1e-4


def round_down(value: float) -> float:
    """To the grid of `STEP` below, never above `value`, and above 0."""
    return max(round(math.floor(value / STEP) * STEP, 6), STEP)


def round_up(value: float) -> float:
    """To the grid of `STEP` strictly above `value`, at most 1."""
    return min(round((math.floor(value / STEP) + 1) * STEP, 6), 1.0)


def threshold_for_sensitivity(positives: Floats, sensitivity: float) -> float:
    """The largest threshold (on the grid) that at least this share of the scores (n,) reaches."""
    allowed = math.floor((1 - sensitivity) * len(positives) + 1e-9)
    return round_down(float(np.sort(positives)[allowed]))


def threshold_for_specificity(negatives: Floats, specificity: float) -> float:
    """The smallest threshold (on the grid) that this share of the scores (n,) stays below."""
    allowed = math.floor((1 - specificity) * len(negatives) + 1e-9)
    return round_up(float(np.sort(negatives)[-1 - allowed]))


def fit_scaling(
    logits: Floats, diagnoses: NDArray[np.int64], weights: Floats
) -> tuple[float, tuple[float, ...]]:
    """Temperature and bias (8) of least weighted negative log-likelihood.

    The bias is drawn towards 0, which keeps diagnoses that are rare in one kind of photo in play.
    """
    rows = np.arange(len(diagnoses))
    share = weights / weights.sum()

    def loss(parameters: Floats) -> float:
        chances = softmax(logits / np.exp(parameters[0]) + parameters[1:])[rows, diagnoses]
        penalty = BIAS_PENALTY * np.sum(parameters[1:] ** 2)
        return float(penalty - np.sum(share * np.log(chances + 1e-12)))

    best = minimize(loss, np.zeros(1 + len(CODES)), method="L-BFGS-B").x
    bias = best[1:] - best[1:].mean()
    return float(np.exp(best[0])), tuple(float(value) for value in bias)


def interval_bins(
    probabilities: Floats, cancers: NDArray[np.bool_]
) -> tuple[tuple[float, float, float], ...]:
    """(upper edge, low, high) of bins with about equally many photos: the 95 % Wilson interval
    of the share of cancers in each.
    """
    quantiles = np.quantile(probabilities, np.linspace(0, 1, INTERVAL_BINS + 1)[1:-1])
    uppers = np.array([*np.unique(quantiles), 1.0])
    places = np.searchsorted(uppers, probabilities)
    bins = []
    for place, upper in enumerate(uppers):
        members = cancers[places == place]
        low, high = wilson_interval(int(members.sum()), len(members))
        bins.append((float(upper), low, high))
    return tuple(bins)


def choose_thresholds(
    chances: Floats, diagnoses: NDArray[np.int64], kinds: NDArray[np.str_]
) -> tuple[float, float, float]:
    """The thresholds for unclear, malignant and premalignant, from probabilities (n, 8).

    Each holds for every kind of photo: for sensitivity the lowest, for specificity the highest
    is taken. ValueError where a kind has no cancer, no precursor or nothing else.
    """
    cancer = np.isin(diagnoses, MALIGNANT_INDICES)
    precursor = np.isin(diagnoses, PREMALIGNANT_INDICES)
    malignant = chances[:, MALIGNANT_INDICES].sum(axis=1)
    premalignant = chances[:, PREMALIGNANT_INDICES].sum(axis=1)
    of_kind = [kinds == kind for kind in np.unique(kinds)]
    if not all((k & cancer).any() and (k & precursor).any() for k in of_kind):
        raise ValueError("A kind of photo lacks cancers or precursors to choose thresholds by.")

    unclear = min(
        threshold_for_sensitivity(malignant[k & cancer], CANCER_SENSITIVITY) for k in of_kind
    )
    certain = max(
        threshold_for_specificity(malignant[k & ~cancer], CANCER_SPECIFICITY) for k in of_kind
    )
    # A precursor that already passes as a possible cancer needs no help from its own threshold.
    scores = np.where(malignant >= unclear, 1.0, premalignant)
    early = min(
        threshold_for_sensitivity(scores[k & precursor], PREMALIGNANT_SENSITIVITY) for k in of_kind
    )
    return unclear, max(certain, unclear), float(np.clip(early, *PREMALIGNANT_RANGE))


def fit_calibration(predictions: Predictions) -> Calibration:
    """The calibration for the lesions among the predictions; both kinds of photo weigh the same.

    Raises ValueError where there is too little to choose by, as `choose_thresholds` says.
    """
    lesions = predictions.lesions()
    logits = lesions.logits[:, : len(CODES)].astype(np.float64)
    _, places, counts = np.unique(lesions.kinds, return_inverse=True, return_counts=True)
    temperature, bias = fit_scaling(logits, lesions.diagnoses, 1.0 / counts[places])
    chances = softmax(logits / temperature + np.asarray(bias))
    unclear, malignant, premalignant = choose_thresholds(chances, lesions.diagnoses, lesions.kinds)
    return Calibration(
        temperature=temperature,
        bias=bias,
        unclear_threshold=unclear,
        malignant_threshold=malignant,
        premalignant_threshold=premalignant,
        interval_bins=interval_bins(
            chances[:, MALIGNANT_INDICES].sum(axis=1), np.isin(lesions.diagnoses, MALIGNANT_INDICES)
        ),
    )


def fit_lesion_threshold(predictions: Predictions) -> float:
    """The largest threshold on the lesion probability that refuses at most `LESIONS_REFUSED` of
    the lesion photos of each kind.
    """
    lesions = predictions.lesions()
    scores = lesions.lesion_probabilities()
    return min(
        threshold_for_sensitivity(scores[lesions.kinds == kind], 1 - LESIONS_REFUSED)
        for kind in np.unique(lesions.kinds)
    )
