"""The figures of one network on photos it has never seen, each with its 95 % interval."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_model import metrics
from cnn_model.calibration import (
    CODES,
    MALIGNANT_INDICES,
    PREMALIGNANT_INDICES,
    Calibration,
    Floats,
)
from cnn_model.data import DERMOSCOPY, NO_DIAGNOSIS
from cnn_model.predictions import Predictions
from constants import Status

PREVALENCE = 0.01
FIGURES = {
    "auc_malignant": "AUC, malignant against the rest",
    "auc_malignant_or_premalignant": "AUC, malignant or premalignant against benign",
    "sensitivity_flagged": "Cancers called malignant or unclear",
    "sensitivity_flagged_premalignant": "Precursors called malignant or unclear",
    "specificity_flagged": "Benign lesions called benign",
    "sensitivity_malignant": "Cancers called malignant",
    "specificity_malignant": "Lesions other than cancer not called malignant",
    "specificity_at_95_sensitivity": "Specificity at 95 % sensitivity",
    "balanced_accuracy": "Balanced accuracy over the diagnoses",
    "expected_calibration_error": "Expected calibration error of the probability of cancer",
    "brier_score": "Brier score of the probability of cancer",
    "ppv_flagged": "PPV of malignant or unclear at 1 % prevalence",
    "npv_flagged": "NPV of benign at 1 % prevalence",
    "not_skin_refused": "Pictures of other things refused",
    "smartphone_refused": "Smartphone photos of lesions refused",
    "dermoscopy_refused": "Dermoscopic photos of lesions refused",
}


@dataclass(frozen=True)
class Figure:
    """A value, its 95 % interval and the number of photos behind it; None where undefined."""

    value: float
    low: float
    high: float
    count: int

    def to_dict(self) -> dict[str, Any]:
        value, low, high = (
            round(number, 4) if np.isfinite(number) else None
            for number in (self.value, self.low, self.high)
        )
        return {"value": value, "interval": [low, high], "count": self.count}


@dataclass(frozen=True, eq=False)
class Judged:
    """Photos of one kind as the server would answer for them; every array has shape (n, ...)."""

    kind: str
    diagnoses: NDArray[np.int64]
    groups: NDArray[np.str_]
    probabilities: Floats
    probability: Floats
    premalignant: Floats
    statuses: NDArray[np.str_]

    @property
    def cancer(self) -> NDArray[np.bool_]:
        return np.isin(self.diagnoses, MALIGNANT_INDICES)

    @property
    def precursor(self) -> NDArray[np.bool_]:
        return np.isin(self.diagnoses, PREMALIGNANT_INDICES)

    @property
    def flagged(self) -> NDArray[np.bool_]:
        return np.asarray(self.statuses != Status.BENIGN)

    def classes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """True and likeliest diagnosis (n,). HAM10000 counts Bowen's disease, an SCC in situ,
        among its actinic keratoses: dermoscopic photos are judged over seven classes, as in ISIC.
        """
        chances, (scc, ak) = self.probabilities.copy(), (CODES.index("SCC"), CODES.index("AK"))
        if self.kind == DERMOSCOPY:
            chances[:, ak] += chances[:, scc]
            chances[:, scc] = 0
        return self.diagnoses, chances.argmax(axis=1)


def judged(predictions: Predictions, kind: str, calibration: Calibration) -> Judged:
    chosen = predictions.of_kind(kind)
    probabilities = calibration.probabilities(chosen.logits[:, : len(CODES)])
    probability = calibration.malignant_probability(probabilities)
    premalignant = calibration.premalignant_probability(probabilities)
    statuses = map(calibration.status, probability.tolist(), premalignant.tolist())
    return Judged(
        kind=kind,
        diagnoses=chosen.diagnoses,
        groups=chosen.groups,
        probabilities=probabilities,
        probability=probability,
        premalignant=premalignant,
        statuses=np.array([str(status) for status in statuses]),
    )


def proportion(flags: NDArray[np.bool_]) -> Figure:
    """The share of flags (n,) that are set, with its Wilson interval."""
    hits, count = int(flags.sum()), len(flags)
    return Figure(hits / count if count else np.nan, *metrics.wilson_interval(hits, count), count)


def bootstrapped(
    metric: Callable[..., float], groups: NDArray[np.str_], *arrays: NDArray[Any]
) -> Figure:
    """The metric of the arrays, with its interval over whole groups."""
    interval = metrics.clustered_bootstrap(metric, groups, *arrays)
    return Figure(metric(*arrays), *interval, len(groups))


def predictive_value(
    which: int,
    cancer: NDArray[np.bool_],
    benign: NDArray[np.bool_],
    flagged: NDArray[np.bool_],
) -> float:
    """PPV (`which` 0) or NPV (1) of a flag (n,) at `PREVALENCE`."""
    if not cancer.any() or not benign.any():
        return float("nan")
    sensitivity, specificity = flagged[cancer].mean(), 1 - flagged[benign].mean()
    return metrics.ppv_npv(float(sensitivity), float(specificity), PREVALENCE)[which]


def judge_kind(photos: Judged) -> dict[str, Figure]:
    """The figures of one kind of photo, by the names in `FIGURES`.

    Specificity at 95 % sensitivity is that for cancers, on dermoscopic photos that for cancers
    and precursors, whose two groups HAM10000 mixes.
    """
    cancer, precursor, flagged = photos.cancer, photos.precursor, photos.flagged
    suspect, benign = cancer | precursor, ~(cancer | precursor)
    malignant = photos.statuses == Status.MALIGNANT
    p, both = photos.probability, photos.probability + photos.premalignant
    target, score = (suspect, both) if photos.kind == DERMOSCOPY else (cancer, p)

    def boot(metric: Callable[..., float], *arrays: NDArray[Any]) -> Figure:
        return bootstrapped(metric, photos.groups, *arrays)

    return {
        "auc_malignant": boot(metrics.roc_auc, cancer, p),
        "auc_malignant_or_premalignant": boot(metrics.roc_auc, suspect, both),
        "sensitivity_flagged": proportion(flagged[cancer]),
        "sensitivity_flagged_premalignant": proportion(flagged[precursor]),
        "specificity_flagged": proportion(~flagged[benign]),
        "sensitivity_malignant": proportion(malignant[cancer]),
        "specificity_malignant": proportion(~malignant[~cancer]),
        "specificity_at_95_sensitivity": boot(metrics.specificity_at_sensitivity, target, score),
        "balanced_accuracy": boot(metrics.balanced_accuracy, *photos.classes()),
        "expected_calibration_error": boot(metrics.expected_calibration_error, cancer, p),
        "brier_score": boot(metrics.brier_score, cancer, p),
        "ppv_flagged": boot(partial(predictive_value, 0), cancer, benign, flagged),
        "npv_flagged": boot(partial(predictive_value, 1), cancer, benign, flagged),
    }


def judge_gate(predictions: Predictions, threshold: float) -> dict[str, Figure]:
    """The shares of the photos of each kind whose lesion probability is below the threshold."""
    below = predictions.lesion_probabilities() < threshold
    lesions = predictions.diagnoses != NO_DIAGNOSIS
    figures = {"not_skin_refused": proportion(below[~lesions])}
    for kind in np.unique(predictions.kinds[lesions]):
        figures[f"{kind}_refused"] = proportion(below[predictions.kinds == kind])
    return figures
