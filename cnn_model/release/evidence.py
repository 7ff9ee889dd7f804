"""Fit the evidence in the context: how age, sex and body site shift the diagnoses."""

import numpy as np

from cnn_model.data.dataset import Example
from cnn_model.release.predictions import Predictions
from cnn_model.serving.calibration import CODES, Floats, softmax
from cnn_model.serving.context import KEYS, ContextEvidence

PSEUDO_COUNT = 20
SUBSTITUTE_SITES = {
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
"""The body sites that are counted instead of one that no example has."""


def fit_evidence(examples: list[Example]) -> ContextEvidence:
    """Return the log-likelihood ratios of the context, from photos of one modality.

    The counts are smoothed by `PSEUDO_COUNT` photos per diagnosis without evidence. A body site
    that no example has is counted by `SUBSTITUTE_SITES`. The photos must not be those of
    `fit_strength`.
    """
    tables = {}
    for item, keys in KEYS.items():
        pairs = [(e.context.keys().get(item), e.diagnosis) for e in examples]
        known = [(key, diagnosis) for key, diagnosis in pairs if key is not None]
        if known:
            tables[item] = _table(known, keys)
    return ContextEvidence(tables)


def _table(known: list[tuple[str, int]], keys: tuple[str, ...]) -> dict[str, tuple[float, ...]]:
    """Return the log-likelihood ratios (8,) of each key, from pairs of key and diagnosis."""
    values = np.array([key for key, _ in known])
    diagnoses = np.array([diagnosis for _, diagnosis in known])
    totals = np.bincount(diagnoses, minlength=len(CODES))
    table = {}
    for key in keys:
        matches = values == key
        if not matches.any():
            matches = np.isin(values, SUBSTITUTE_SITES.get(key, ()))
        if matches.any():
            fraction = matches.mean()
            counts = np.bincount(diagnoses[matches], minlength=len(CODES))
            likelihood = (counts + PSEUDO_COUNT * fraction) / (totals + PSEUDO_COUNT)
            table[key] = tuple(np.log(likelihood / fraction).tolist())
    return table


def fit_strength(plain: Floats, predictions: Predictions, evidence: ContextEvidence) -> float:
    """Return the weight of the evidence, 0 to 1, with the greatest likelihood of the diagnoses.

    `plain` (n, 8) are calibrated logits without context.
    """
    # Full weight would count evidence twice: the items depend on each other and on the photo.
    shift, rows = predictions.shifts(evidence), np.arange(len(plain))

    def loss(strength: float) -> float:
        likelihood = softmax(plain + strength * shift)[rows, predictions.diagnoses]
        return float(-np.mean(np.log(likelihood + 1e-12)))

    return min((step / 10 for step in range(11)), key=loss)
