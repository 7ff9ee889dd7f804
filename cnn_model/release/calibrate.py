"""Fits the calibration and chooses the thresholds, on validation photos only."""

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from cnn_model.data.dataset import NO_DIAGNOSIS, Example
from cnn_model.release.predictions import Predictions
from cnn_model.serving.calibration import (
    CODES,
    LESION_OUTPUT,
    MALIGNANT_INDICES,
    MIN_PROBABILITY,
    PREMALIGNANT_INDICES,
    Calibration,
    Floats,
    softmax,
)
from cnn_model.serving.context import KEYS, ContextEvidence
from cnn_model.serving.lesion_view import LesionLimits
from constants import Modality

CANCER_SENSITIVITY = 0.95
CANCER_SPECIFICITY = 0.90
MELANOMA = CODES.index("MEL")
ENOUGH = 19
"""So many have a conformal quantile for 95 %; for fewer it would be the least of them."""
PREMALIGNANT_SENSITIVITY = 0.90
# Below a tenth nearly every reddish patch would be unclear; from a half on a precursor is the
# likeliest diagnosis, and never benign.
PREMALIGNANT_RANGE = (0.1, 0.5)
LESIONS_REFUSED, LESIONS_DOUBTED, LESIONS_OFF_CENTRE = 0.005, 0.02, 0.0125
BIAS_PENALTY = 0.01
RARITY = {Modality.CLINICAL: 0.0, Modality.DERMOSCOPIC: 0.7}
"""How the diagnoses of a group share its probability: 0 as common as in the photos, 1 as if they
were equally common there.
"""
PRIOR_PHOTOS = 20
REGIONS = {
    "nose": ("face",),
    "lip": ("face",),
    "trunk": ("chest", "abdomen", "back"),
    "chest": ("trunk",),
    "abdomen": ("trunk",),
    "arm": ("upper_extremity",),
    "forearm": ("upper_extremity",),
    "upper_extremity": ("arm", "forearm"),
    "thigh": ("lower_extremity",),
    "lower_extremity": ("thigh",),
    "acral": ("hand", "foot"),
}
"""The body sites that stand in for one that no example has."""
STEP = 1e-4


def round_down(value: float) -> float:
    """To the grid of `STEP` below, never above `value`, and above 0."""
    return max(round(math.floor(value / STEP) * STEP, 6), STEP)


def round_up(value: float) -> float:
    """To the grid of `STEP` strictly above `value`, at most 1."""
    return min(round((math.floor(value / STEP) + 1) * STEP, 6), 1.0)


def threshold_for_sensitivity(positives: Floats, sensitivity: float) -> float:
    """The threshold (on the grid) that a new positive reaches with at least this chance, if it is
    like those of the scores (n,): a conformal quantile (Vovk 2012), or the least of them where
    they are too few for one.
    """
    misses = math.floor((1 - sensitivity) * (len(positives) + 1) + 1e-9)
    return round_down(float(np.sort(positives)[max(misses - 1, 0)]))


def threshold_for_specificity(negatives: Floats, specificity: float) -> float:
    """The threshold (on the grid) that a new negative stays below with at least this chance, in
    the same way.
    """
    alarms = math.floor((1 - specificity) * (len(negatives) + 1) + 1e-9)
    return round_up(float(np.sort(negatives)[-max(alarms, 1)]))


def fit_scaling(logits: Floats, diagnoses: NDArray[np.int64]) -> tuple[float, tuple[float, ...]]:
    """Temperature and bias (8) of least negative log-likelihood.

    The bias is drawn towards 0, which keeps diagnoses that are rare in one modality in play.
    """
    rows = np.arange(len(diagnoses))

    def loss(parameters: Floats) -> float:
        chances = softmax(logits / np.exp(parameters[0]) + parameters[1:])[rows, diagnoses]
        penalty = BIAS_PENALTY * np.sum(parameters[1:] ** 2)
        return float(penalty - np.mean(np.log(chances + 1e-12)))

    best = minimize(loss, np.zeros(1 + len(CODES)), method="L-BFGS-B").x
    bias = best[1:] - best[1:].mean()
    return float(np.exp(best[0])), tuple(float(value) for value in bias)


def fit_diagnosis_weights(diagnoses: NDArray[np.int64], rarity: float) -> tuple[float, ...]:
    """One for each of the eight diagnoses (n,): the rarer it is, the greater; 1 on average."""
    weights = (np.bincount(diagnoses, minlength=len(CODES)) + 1.0) ** -rarity
    return tuple((weights / weights.mean()).tolist())


def interval_covariance(
    probabilities: Floats, cancers: NDArray[np.bool_], groups: NDArray[np.str_]
) -> tuple[float, float, float]:
    """How uncertain the line is that maps the logit of the probability (n,) to that of the share of
    cancers: variance of its slope, covariance, variance of its offset.

    The sandwich estimate of a logistic regression, clustered by patient or lesion (Liang and Zeger
    1986), at the calibrated line itself; one made-up photo of each modality keeps it finite.
    """
    p = np.clip(probabilities, MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    rows = np.stack([np.log(p / (1 - p)), np.ones_like(p)], axis=1)
    information = rows.T @ (rows * (p * (1 - p))[:, None]) + np.eye(2)
    _, places = np.unique(groups, return_inverse=True)
    scores = np.zeros((places.max() + 1, 2))
    np.add.at(scores, places, rows * (cancers - p)[:, None])
    inverse = np.linalg.inv(information)
    covariance = inverse @ (scores.T @ scores + np.eye(2)) @ inverse
    return float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])


def choose_thresholds(
    malignant: Floats, premalignant: Floats, diagnoses: NDArray[np.int64]
) -> tuple[float, float, float]:
    """The thresholds for unclear, malignant and premalignant, from probabilities (n,) of each.

    What is promised for cancers holds for melanomas alone too, where there are enough of them:
    they kill most often, and carcinomas, which are easier, would make up for those that are missed.
    ValueError where there is no cancer, no precursor or nothing else.
    """
    cancer = np.isin(diagnoses, MALIGNANT_INDICES)
    precursor = np.isin(diagnoses, PREMALIGNANT_INDICES)
    if not cancer.any() or not precursor.any() or cancer.all():
        raise ValueError("There are no cancers or no precursors to choose thresholds by.")
    melanomas = malignant[diagnoses == MELANOMA]
    unclear = threshold_for_sensitivity(malignant[cancer], CANCER_SENSITIVITY)
    if len(melanomas) >= ENOUGH:
        unclear = min(unclear, threshold_for_sensitivity(melanomas, CANCER_SENSITIVITY))
    certain = threshold_for_specificity(malignant[~cancer], CANCER_SPECIFICITY)
    # A precursor that already passes as a possible cancer needs no help from its own threshold.
    scores = np.where(malignant >= unclear, 1.0, premalignant)
    early = threshold_for_sensitivity(scores[precursor], PREMALIGNANT_SENSITIVITY)
    return unclear, max(certain, unclear), float(np.clip(early, *PREMALIGNANT_RANGE))


def expected_share(flags: NDArray[np.bool_]) -> float:
    """The chance that the next one is like those flags (n,) that are set, by Laplace's rule of
    succession: never 0 or 1, which no number of photos can show.
    """
    return float((flags.sum() + 1) / (len(flags) + 2))


def fit_calibration(predictions: Predictions, evidence: ContextEvidence) -> Calibration:
    """The calibration for the lesions of one modality.

    The thresholds keep what they promise whether or not the person tells anything. Raises
    ValueError where there is too little to choose by, as `choose_thresholds` says.
    """
    logits = predictions.logits[:, :LESION_OUTPUT].astype(np.float64)
    temperature, bias = fit_scaling(logits, predictions.diagnoses)
    plain = logits / temperature + np.asarray(bias)
    strength = fit_strength(plain, predictions, evidence)
    evidence = evidence.scaled(strength)
    chances = softmax(plain), softmax(plain + predictions.shifts(evidence))
    cancer = np.isin(predictions.diagnoses, MALIGNANT_INDICES)
    precursor = np.isin(predictions.diagnoses, PREMALIGNANT_INDICES)
    malignant = [c[:, MALIGNANT_INDICES].sum(axis=1) for c in chances]
    premalignant = [c[:, PREMALIGNANT_INDICES].sum(axis=1) for c in chances]
    choices = [
        choose_thresholds(m, p, predictions.diagnoses)
        for m, p in zip(malignant, premalignant, strict=True)
    ]
    unclear, certain, early = zip(*choices, strict=True)
    calibration = Calibration(
        temperature=temperature,
        bias=bias,
        diagnosis_weights=fit_diagnosis_weights(
            predictions.diagnoses, RARITY[Modality(predictions.modalities[0])]
        ),
        unclear_threshold=min(unclear),
        malignant_threshold=max(certain),
        premalignant_threshold=min(early),
        interval_covariance=interval_covariance(malignant[0], cancer, predictions.groups),
        neighbours=max(len(cancer) // 10, 1),
        evidence=evidence,
        operating_point={"sensitivity": 0.0, "specificity": 0.0},
    )
    flagged = malignant[0] >= calibration.unclear_threshold
    flagged |= premalignant[0] >= calibration.premalignant_threshold
    point = {
        "sensitivity": expected_share(flagged[cancer]),
        "specificity": expected_share(~flagged[~cancer & ~precursor]),
    }
    return dataclasses.replace(calibration, operating_point=point)


def fit_evidence(examples: list[Example]) -> ContextEvidence:
    """Log-likelihood ratios of the context of these photos (of one modality, not used to choose the
    strength), from counts drawn towards "says nothing" by `PRIOR_PHOTOS` made-up photos.

    A body site that no example has is counted by its region.
    """
    tables = {}
    for item, keys in KEYS.items():
        told = [(e.context.keys().get(item), e.diagnosis) for e in examples]
        known = [(key, diagnosis) for key, diagnosis in told if key is not None]
        if known:
            tables[item] = _table(known, keys)
    return ContextEvidence(tables)


def _table(known: list[tuple[str, int]], keys: tuple[str, ...]) -> dict[str, tuple[float, ...]]:
    values = np.array([key for key, _ in known])
    diagnoses = np.array([diagnosis for _, diagnosis in known])
    totals = np.bincount(diagnoses, minlength=len(CODES))
    table = {}
    for key in keys:
        members = values == key
        if not members.any():
            members = np.isin(values, REGIONS.get(key, ()))
        if members.any():
            share = members.mean()
            counts = np.bincount(diagnoses[members], minlength=len(CODES))
            likelihood = (counts + PRIOR_PHOTOS * share) / (totals + PRIOR_PHOTOS)
            table[key] = tuple(np.log(likelihood / share).tolist())
    return table


def fit_strength(plain: Floats, predictions: Predictions, evidence: ContextEvidence) -> float:
    """How much of the evidence to take, 0 to 1, by the likelihood of the diagnoses: the items are
    not independent, of each other and of what the photo shows.
    """
    shift, rows = predictions.shifts(evidence), np.arange(len(plain))

    def loss(strength: float) -> float:
        chances = softmax(plain + strength * shift)[rows, predictions.diagnoses]
        return float(-np.mean(np.log(chances + 1e-12)))

    return min((step / 10 for step in range(11)), key=loss)


def fit_lesion_limits(predictions: Predictions, offsets: Floats) -> LesionLimits:
    """The limits that refuse, doubt or take for off the middle at most those shares of the lesion
    photos of each modality that `LESIONS_REFUSED` and the others name; `offsets` (n,) as in
    `lesion_offsets`.
    """
    lesions = predictions.lesions()
    offsets = offsets[predictions.diagnoses != NO_DIAGNOSIS]
    scores = {
        Modality(modality): lesions.of_modality(modality).lesion_probabilities()
        for modality in np.unique(lesions.modalities)
    }

    def below(share: float) -> float:
        limits = (threshold_for_sensitivity(s, 1 - share) for s in scores.values())
        return min(*limits, 1 - STEP)

    return LesionLimits(
        refused_below=below(LESIONS_REFUSED),
        doubtful_below=below(LESIONS_DOUBTED),
        off_centre_beyond={
            modality: threshold_for_specificity(
                offsets[lesions.modalities == modality], 1 - LESIONS_OFF_CENTRE
            )
            for modality in scores
        },
    )
