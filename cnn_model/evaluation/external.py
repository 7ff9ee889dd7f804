"""The figures of one network on photos of other clinics."""

from collections.abc import Sequence

import numpy as np

from cnn_model.data.external import REPORTING, SOURCES, ExternalAnswer, ExternalPhoto
from cnn_model.evaluation.estimates import Estimate, bootstrapped, proportion
from cnn_model.evaluation.metrics import roc_auc


def estimate_external(
    strangers: Sequence[ExternalPhoto], said: Sequence[ExternalAnswer]
) -> dict[str, dict[str, Estimate]]:
    """Return the figures of each source, on its half for reporting."""
    figures = {}
    for source in dict.fromkeys(SOURCES.values()):
        chosen = [
            (stranger, answer)
            for stranger, answer in zip(strangers, said, strict=True)
            if stranger.source == source and stranger.half == REPORTING
        ]
        if chosen:
            figures[source] = _figures(chosen)
    return figures


def _figures(chosen: Sequence[tuple[ExternalPhoto, ExternalAnswer]]) -> dict[str, Estimate]:
    melanoma = np.array([stranger.is_melanoma for stranger, _ in chosen])
    benign = np.array([answer.is_benign for _, answer in chosen])
    refused = np.array([answer.is_refused for _, answer in chosen])
    groups = np.array([stranger.group for stranger, _ in chosen])
    probability = np.array([answer.probability for _, answer in chosen])
    assessed = ~refused
    return {
        "auc_melanoma": bootstrapped(
            roc_auc, groups[assessed], melanoma[assessed], probability[assessed]
        ),
        "melanomas_called_benign": proportion(benign[melanoma]),
        "specificity_flagged": proportion(benign[~melanoma & assessed]),
        "external_refused": proportion(refused),
    }
