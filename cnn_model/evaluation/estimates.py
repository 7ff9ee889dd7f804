"""Estimates of the performance of one network on held-out photos, with 95 % intervals."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_model.data.dataset import NO_DIAGNOSIS
from cnn_model.evaluation import metrics
from cnn_model.evaluation.answers import REFUSED, Answers
from cnn_model.serving.calibration import Floats
from cnn_model.serving.statistics import ppv_npv
from constants import Modality, Status

PREVALENCE = 0.01
ESTIMATES = {
    "auc_malignant": "AUC, malignant against the rest",
    "auc_malignant_image_only": "AUC, malignant against the rest, without context",
    "auc_malignant_or_premalignant": "AUC, malignant or premalignant against benign",
    "sensitivity_flagged": "Cancers called malignant or unclear",
    "sensitivity_flagged_image_only": "Cancers called malignant or unclear, without context",
    "sensitivity_flagged_premalignant": "Actinic keratoses called malignant or unclear",
    "specificity_flagged": "Benign lesions called benign",
    "specificity_flagged_image_only": "Benign lesions called benign, without context",
    "sensitivity_malignant": "Cancers called malignant",
    "specificity_malignant": "Non-malignant lesions not called malignant",
    "specificity_at_95_sensitivity": "Specificity at 95 % sensitivity",
    "balanced_accuracy": "Balanced accuracy over the diagnoses",
    "balanced_accuracy_image_only": "Balanced accuracy over the diagnoses, without context",
    "expected_calibration_error": "Expected calibration error of the probability of cancer",
    "calibration_error_by_chance": "Calibration error expected with perfect calibration",
    "brier_score": "Brier score of the probability of cancer",
    "interval_coverage": "Tenths of the photos whose interval covers the proportion of cancers",
    "conformal_coverage_malignant": "Cancers covered by their conformal set",
    "conformal_coverage_not_malignant": "Non-malignant lesions covered by their conformal set",
    "conformal_undecided": "Lesions whose conformal set contains both",
    "ppv_flagged": "PPV of malignant or unclear at 1 % prevalence",
    "npv_flagged": "NPV of benign at 1 % prevalence",
    "auc_melanoma": "AUC, melanoma against benign lesions",
    "melanomas_called_benign": "Melanomas called benign",
    "external_unfamiliar": "Photos unlike the training photos",
    "external_refused": "Photos refused",
    "not_skin_refused": "Pictures without a lesion refused",
    "clinical_refused": "Clinical photos of lesions refused",
    "dermoscopic_refused": "Dermoscopic photos of lesions refused",
}
IMAGE_ONLY = ("auc_malignant", "sensitivity_flagged", "specificity_flagged", "balanced_accuracy")
"""Also estimated for answers without age, sex and body site."""


@dataclass(frozen=True)
class Estimate:
    """A value, its 95 % interval and the number of photos; NaN if undefined, null in JSON."""

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


Computation = Callable[[], Estimate]


def proportion(flags: NDArray[np.bool_]) -> Estimate:
    """Return the proportion of flags (n,) that are true, with its Wilson interval."""
    hits, count = int(flags.sum()), len(flags)
    return Estimate(hits / count if count else np.nan, *metrics.wilson_interval(hits, count), count)


def bootstrapped(
    metric: Callable[..., float], groups: NDArray[np.str_], *arrays: NDArray[Any]
) -> Estimate:
    """Return the metric of the arrays, with its bootstrap interval over whole groups."""
    interval = metrics.clustered_bootstrap(metric, groups, *arrays)
    return Estimate(metric(*arrays), *interval, len(groups))


def interval_coverage(
    cancers: NDArray[np.bool_], probabilities: Floats, intervals: Floats
) -> Estimate:
    """Return the proportion of tenths of n photos whose interval (n, 2) covers their cancers."""
    tenths = proportion(metrics.interval_coverage(cancers, probabilities, intervals))
    return replace(tenths, count=len(probabilities))


def by_chance(probability: NDArray[np.float64]) -> Estimate:
    """Return the calibration error of perfect calibration: mean, and where 95 % of draws lie."""
    errors = metrics.calibration_errors_by_chance(probability)
    low, high = np.percentile(errors, (2.5, 97.5))
    return Estimate(float(errors.mean()), float(low), float(high), len(probability))


def predictive_value(
    index: int,
    cancer: NDArray[np.bool_],
    benign: NDArray[np.bool_],
    flagged: NDArray[np.bool_],
) -> float:
    """Return the PPV (`index` 0) or NPV (1) of a flag (n,) at `PREVALENCE`; NaN for one class."""
    if not cancer.any() or not benign.any():
        return float("nan")
    sensitivity, specificity = flagged[cancer].mean(), 1 - flagged[benign].mean()
    return ppv_npv(float(sensitivity), float(specificity), PREVALENCE)[index]


def estimate_modality(
    with_context: Answers, image_only: Answers | None = None
) -> dict[str, Estimate]:
    """Return the estimates for the answers to photos of one modality, in the order of `ESTIMATES`.

    Those of `IMAGE_ONLY` also for `image_only`, the answers to the same photos without context.
    """
    estimates = _estimate(with_context, tuple(ESTIMATES))
    if image_only is not None:
        others = _estimate(image_only, IMAGE_ONLY)
        estimates |= {f"{name}_image_only": estimate for name, estimate in others.items()}
    return {name: estimates[name] for name in ESTIMATES if name in estimates}


def _estimate(photos: Answers, names: tuple[str, ...]) -> dict[str, Estimate]:
    # A bootstrap takes up to 3 s: only what is asked for is computed.
    known = {**_of_statuses(photos), **_of_probabilities(photos), **_of_sets(photos)}
    return {name: compute() for name, compute in known.items() if name in names}


def _of_statuses(photos: Answers) -> dict[str, Computation]:
    cancer, benign, flagged = photos.cancer, photos.benign, photos.flagged
    malignant = photos.statuses == Status.MALIGNANT
    groups = photos.groups
    ppv, npv = (partial(predictive_value, index) for index in (0, 1))
    return {
        "sensitivity_flagged": partial(proportion, flagged[cancer]),
        "sensitivity_flagged_premalignant": partial(proportion, flagged[photos.precursor]),
        "specificity_flagged": partial(proportion, ~flagged[benign]),
        "sensitivity_malignant": partial(proportion, malignant[cancer]),
        "specificity_malignant": partial(proportion, ~malignant[~cancer]),
        "ppv_flagged": partial(bootstrapped, ppv, groups, cancer, benign, flagged),
        "npv_flagged": partial(bootstrapped, npv, groups, cancer, benign, flagged),
    }


def _of_probabilities(photos: Answers) -> dict[str, Computation]:
    groups, cancer, probability = photos.groups, photos.cancer, photos.probability
    suspect = cancer | photos.precursor
    suspect_probability = probability + photos.premalignant
    # HAM10000 counts Bowen's disease, an SCC in situ, among its actinic keratoses: on dermoscopic
    # photos the specificity is that at 95 % sensitivity for both.
    is_mixed = bool((photos.modalities == Modality.DERMOSCOPIC).all())
    target, score = (suspect, suspect_probability) if is_mixed else (cancer, probability)
    return {
        "auc_malignant": partial(bootstrapped, metrics.roc_auc, groups, cancer, probability),
        "auc_malignant_or_premalignant": partial(
            bootstrapped, metrics.roc_auc, groups, suspect, suspect_probability
        ),
        "specificity_at_95_sensitivity": partial(
            bootstrapped, metrics.specificity_at_sensitivity, groups, target, score
        ),
        "balanced_accuracy": partial(
            bootstrapped, metrics.balanced_accuracy, groups, *photos.classes()
        ),
        "expected_calibration_error": partial(
            bootstrapped, metrics.expected_calibration_error, groups, cancer, probability
        ),
        "calibration_error_by_chance": partial(by_chance, probability),
        "brier_score": partial(bootstrapped, metrics.brier_score, groups, cancer, probability),
    }


def _of_sets(photos: Answers) -> dict[str, Computation]:
    cancer, possible = photos.cancer, photos.possible
    return {
        "interval_coverage": partial(
            interval_coverage, photos.cancer, photos.probability, photos.intervals
        ),
        "conformal_coverage_malignant": partial(proportion, possible[cancer, 0]),
        "conformal_coverage_not_malignant": partial(proportion, possible[~cancer, 1]),
        "conformal_undecided": partial(proportion, possible[:, 0] & possible[:, 1]),
    }


def estimate_quality_control(answers: Answers) -> dict[str, Estimate]:
    """Return the proportions of photos of each modality that were refused."""
    lesions, refused = answers.diagnoses != NO_DIAGNOSIS, answers.statuses == REFUSED
    estimates = {"not_skin_refused": proportion(refused[~lesions])}
    for modality in np.unique(answers.modalities[lesions]):
        estimates[f"{modality}_refused"] = proportion(refused[answers.modalities == modality])
    return estimates
