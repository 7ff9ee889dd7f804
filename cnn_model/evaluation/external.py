"""The figures of one network on photos of other clinics."""

from collections.abc import Sequence

import numpy as np

from cnn_model.data.external import REPORTING, SOURCES, ExternalAnswer, ExternalPhoto
from cnn_model.evaluation.estimates import (
    Estimate,
    bootstrapped,
    interval_coverage,
    proportion,
)
from cnn_model.evaluation.metrics import roc_auc


def estimate_external(
    photos: Sequence[ExternalPhoto], answers: Sequence[ExternalAnswer]
) -> dict[str, dict[str, Estimate]]:
    """Return the figures of each source, on its half for reporting."""
    figures = {}
    for source in dict.fromkeys(SOURCES.values()):
        chosen = [
            (photo, answer)
            for photo, answer in zip(photos, answers, strict=True)
            if photo.source == source and photo.half == REPORTING
        ]
        if chosen:
            figures[source] = _figures(chosen)
    return figures


def _figures(chosen: Sequence[tuple[ExternalPhoto, ExternalAnswer]]) -> dict[str, Estimate]:
    melanoma = np.array([photo.is_melanoma for photo, _ in chosen])
    benign = np.array([answer.is_benign for _, answer in chosen])
    refused = np.array([answer.is_refused for _, answer in chosen])
    groups = np.array([photo.group for photo, _ in chosen])
    probability = np.array([answer.probability for _, answer in chosen])
    intervals = np.array([answer.interval for _, answer in chosen])
    unfamiliar = np.array([answer.is_unfamiliar for _, answer in chosen])
    assessed = ~refused
    return {
        "auc_melanoma": bootstrapped(
            roc_auc, groups[assessed], melanoma[assessed], probability[assessed]
        ),
        "melanomas_called_benign": proportion(benign[melanoma]),
        "specificity_flagged": proportion(benign[~melanoma & assessed]),
        "interval_coverage": interval_coverage(
            melanoma[assessed], probability[assessed], intervals[assessed]
        ),
        "external_unfamiliar": proportion(unfamiliar[assessed]),
        "external_refused": proportion(refused),
    }
