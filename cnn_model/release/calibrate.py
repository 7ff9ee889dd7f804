"""Fit the calibration and choose the thresholds, on validation photos only."""

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from cnn_model.data.dataset import NO_DIAGNOSIS
from cnn_model.release.evidence import fit_strength
from cnn_model.release.predictions import Predictions
from cnn_model.serving.calibration import (
    CODES,
    LESION_OUTPUT,
    MALIGNANT_INDICES,
    MIN_PROBABILITY,
    PREMALIGNANT_INDICES,
    Calibration,
    Floats,
    energy,
    softmax,
)
from cnn_model.serving.context import ContextEvidence
from cnn_model.serving.lesion_view import LesionLimits
from constants import Modality

CANCER_SENSITIVITY = 0.95
CANCER_SPECIFICITY = 0.90
MELANOMA = CODES.index("MEL")
MIN_MELANOMAS = 19
"""The least number for which a conformal quantile guarantees a sensitivity of 95 %."""
PREMALIGNANT_SENSITIVITY = 0.90
# Below 0.1 nearly every reddish patch would be unclear. From 0.5 a precursor is the most likely
# diagnosis, and must not be benign.
PREMALIGNANT_RANGE = (0.1, 0.5)
MAX_REFUSED, MAX_UNCERTAIN, MAX_OFF_CENTRE = 0.005, 0.02, 0.0125
"""Fractions of the lesion photos of each modality that may be refused or get a warning."""
MAX_UNFAMILIAR = 0.05
"""The fraction of the validation photos that counts as unlike the others."""
BIAS_PENALTY = 0.01
BALANCE_EXPONENTS = {Modality.CLINICAL: 0.0, Modality.DERMOSCOPIC: 0.7}
"""How the probability of a group is divided among its diagnoses: 0 by their prevalence in the
photos, 1 as if all were equally common there.
"""
STEP = 1e-4
"""Thresholds are multiples of it."""


def round_down(value: float) -> float:
    """Return the greatest multiple of `STEP` up to `value`, at least one `STEP`."""
    return max(round(math.floor(value / STEP) * STEP, 6), STEP)


def round_up(value: float) -> float:
    """Return the least multiple of `STEP` strictly above `value`, at most 1."""
    return min(round((math.floor(value / STEP) + 1) * STEP, 6), 1.0)


def threshold_for_sensitivity(positives: Floats, sensitivity: float) -> float:
    """Return a threshold that a new positive reaches with at least this probability.

    It is a conformal quantile (Vovk 2012) of the scores `positives` (n,), rounded down, and holds
    for new positives that are exchangeable with these. If they are too few for a guarantee, it is
    the lowest score.
    """
    misses = math.floor((1 - sensitivity) * (len(positives) + 1) + 1e-9)
    return round_down(float(np.sort(positives)[max(misses - 1, 0)]))


def threshold_for_specificity(negatives: Floats, specificity: float) -> float:
    """Return a threshold that a new negative stays below with at least this probability.

    It is a conformal quantile of the scores `negatives` (n,), rounded up, or just above the highest
    score if they are too few for a guarantee.
    """
    alarms = math.floor((1 - specificity) * (len(negatives) + 1) + 1e-9)
    return round_up(float(np.sort(negatives)[-max(alarms, 1)]))


def fit_scaling(logits: Floats, diagnoses: NDArray[np.int64]) -> tuple[float, tuple[float, ...]]:
    """Return the temperature and the bias (8,) with the least penalised negative log-likelihood.

    `logits` (n, 8) and `diagnoses` (n,), indices into `CODES`.
    """
    rows = np.arange(len(diagnoses))

    def loss(parameters: Floats) -> float:
        likelihood = softmax(logits / np.exp(parameters[0]) + parameters[1:])[rows, diagnoses]
        # Without the penalty, diagnoses that are rare in one modality would never be predicted.
        penalty = BIAS_PENALTY * np.sum(parameters[1:] ** 2)
        return float(penalty - np.mean(np.log(likelihood + 1e-12)))

    best = minimize(loss, np.zeros(1 + len(CODES)), method="L-BFGS-B").x
    bias = best[1:] - best[1:].mean()
    return float(np.exp(best[0])), tuple(float(value) for value in bias)


def fit_diagnosis_weights(diagnoses: NDArray[np.int64], exponent: float) -> tuple[float, ...]:
    """Return the inverse frequencies of the diagnoses to a power, with a mean of 1, shape (8,).

    `diagnoses` (n,) are indices into `CODES`, `exponent` is 0 for equal weights.
    """
    weights = (np.bincount(diagnoses, minlength=len(CODES)) + 1.0) ** -exponent
    return tuple((weights / weights.mean()).tolist())


def interval_covariance(
    probabilities: Floats, cancers: NDArray[np.bool_], groups: NDArray[np.str_]
) -> tuple[float, float, float]:
    """Return the uncertainty of the calibration line of probabilities (n,).

    The line maps the logit of the probability to that of the fraction of cancers. Returned are the
    variance of its slope, the covariance of slope and offset, and the variance of the offset: the
    sandwich estimate of a logistic regression, clustered by patient or lesion `groups` (n,) (Liang
    and Zeger 1986), at slope 1 and offset 0.
    """
    p = np.clip(probabilities, MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    rows = np.stack([np.log(p / (1 - p)), np.ones_like(p)], axis=1)
    # The unit matrices, here and below, act like one more photo and keep the estimate finite.
    information = rows.T @ (rows * (p * (1 - p))[:, None]) + np.eye(2)
    _, indices = np.unique(groups, return_inverse=True)
    scores = np.zeros((indices.max() + 1, 2))
    np.add.at(scores, indices, rows * (cancers - p)[:, None])
    inverse = np.linalg.inv(information)
    covariance = inverse @ (scores.T @ scores + np.eye(2)) @ inverse
    return float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])


def choose_thresholds(
    malignant: Floats, premalignant: Floats, diagnoses: NDArray[np.int64]
) -> tuple[float, float, float]:
    """Return the thresholds for unclear, malignant and premalignant.

    `malignant` and `premalignant` (n,) are probabilities of cancer and of a precursor, `diagnoses`
    (n,) indices into `CODES`. The `unclear` threshold keeps 95 % sensitivity for cancers and, with
    `MIN_MELANOMAS` or more, for melanomas alone. Raises ValueError if there are no cancers, no
    precursors, or nothing but cancers.
    """
    cancer = np.isin(diagnoses, MALIGNANT_INDICES)
    precursor = np.isin(diagnoses, PREMALIGNANT_INDICES)
    if not cancer.any() or not precursor.any() or cancer.all():
        raise ValueError("There are no cancers or no precursors to choose thresholds by.")
    melanomas = malignant[diagnoses == MELANOMA]
    unclear = threshold_for_sensitivity(malignant[cancer], CANCER_SENSITIVITY)
    if len(melanomas) >= MIN_MELANOMAS:
        # Melanomas are the deadliest cancers, and carcinomas, which are easier to recognise, would
        # hide that many of them are missed.
        unclear = min(unclear, threshold_for_sensitivity(melanomas, CANCER_SENSITIVITY))
    malignant_threshold = threshold_for_specificity(malignant[~cancer], CANCER_SPECIFICITY)
    # Precursors that are a possible cancer are unclear already, whatever this threshold is.
    scores = np.where(malignant >= unclear, 1.0, premalignant)
    premalignant_threshold = threshold_for_sensitivity(scores[precursor], PREMALIGNANT_SENSITIVITY)
    return (
        unclear,
        max(malignant_threshold, unclear),
        float(np.clip(premalignant_threshold, *PREMALIGNANT_RANGE)),
    )


def expected_proportion(flags: NDArray[np.bool_]) -> float:
    """Return the probability that the next flag is set after flags (n,), never 0 or 1.

    Laplace's rule of succession.
    """
    return float((flags.sum() + 1) / (len(flags) + 2))


def fit_calibration(predictions: Predictions, evidence: ContextEvidence) -> Calibration:
    """Return the calibration for the lesions of one modality.

    The thresholds keep their sensitivity and specificity with and without context. Raises
    ValueError as `choose_thresholds` does.
    """
    logits = predictions.logits[:, :LESION_OUTPUT].astype(np.float64)
    temperature, bias = fit_scaling(logits, predictions.diagnoses)
    plain = logits / temperature + np.asarray(bias)
    strength = fit_strength(plain, predictions, evidence)
    evidence = evidence.scaled(strength)
    # Without and with context.
    probabilities = softmax(plain), softmax(plain + predictions.shifts(evidence))
    cancer = np.isin(predictions.diagnoses, MALIGNANT_INDICES)
    precursor = np.isin(predictions.diagnoses, PREMALIGNANT_INDICES)
    malignant = [p[:, MALIGNANT_INDICES].sum(axis=1) for p in probabilities]
    premalignant = [p[:, PREMALIGNANT_INDICES].sum(axis=1) for p in probabilities]
    choices = [
        choose_thresholds(m, p, predictions.diagnoses)
        for m, p in zip(malignant, premalignant, strict=True)
    ]
    unclear, malignant_thresholds, premalignant_thresholds = zip(*choices, strict=True)
    calibration = Calibration(
        temperature=temperature,
        bias=bias,
        diagnosis_weights=fit_diagnosis_weights(
            predictions.diagnoses, BALANCE_EXPONENTS[Modality(predictions.modalities[0])]
        ),
        unclear_threshold=min(unclear),
        malignant_threshold=max(malignant_thresholds),
        premalignant_threshold=min(premalignant_thresholds),
        interval_covariance=interval_covariance(malignant[0], cancer, predictions.groups),
        neighbours=max(len(cancer) // 10, 1),
        evidence=evidence,
        operating_point={"sensitivity": 0.0, "specificity": 0.0},
        max_energy=float(np.quantile(energy(logits), 1 - MAX_UNFAMILIAR)),
    )
    flagged = malignant[0] >= calibration.unclear_threshold
    flagged |= premalignant[0] >= calibration.premalignant_threshold
    point = {
        "sensitivity": expected_proportion(flagged[cancer]),
        "specificity": expected_proportion(~flagged[~cancer & ~precursor]),
    }
    return dataclasses.replace(calibration, operating_point=point)


def fit_lesion_limits(predictions: Predictions, offsets: Floats) -> LesionLimits:
    """Return the limits of the lesion output for at most `MAX_REFUSED` and the other fractions.

    `offsets` (n,) are those of `lesion_offsets` for the same photos, in half sides.
    """
    lesions = predictions.lesions()
    offsets = offsets[predictions.diagnoses != NO_DIAGNOSIS]
    scores = {
        Modality(modality): lesions.of_modality(modality).lesion_probabilities()
        for modality in np.unique(lesions.modalities)
    }

    def below(fraction: float) -> float:
        limits = (threshold_for_sensitivity(s, 1 - fraction) for s in scores.values())
        return min(*limits, 1 - STEP)

    return LesionLimits(
        refused_below=below(MAX_REFUSED),
        doubtful_below=below(MAX_UNCERTAIN),
        off_centre_beyond={
            modality: threshold_for_specificity(
                offsets[lesions.modalities == modality], 1 - MAX_OFF_CENTRE
            )
            for modality in scores
        },
    )
