"""What a row of checks holds of an assessment."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from cnn_model.model_run import Assessment, Network
from cnn_model.serving.statistics import ppv_npv
from managers.prediction import prediction_columns


def assessment_columns(
    network: Network, assessment: Assessment, prevalence: float
) -> dict[str, Any]:
    """Return the values of all columns of a check that follow from the assessment."""
    answer, quality = assessment.answer, assessment.quality
    return {
        **prediction_columns(network, assessment),
        "model_name": network.name,
        "context_used": list(answer.context_used),
        "modality": answer.modality,
        "conformal_set": list(answer.conformal_set),
        "predictive_values": _predictive_values(answer.operating_point, prevalence),
        "activation_map": np.round(answer.activation_map.astype(float), 4).tolist(),
        "quality": {"measured": quality.measured, "issues": list(quality.issues)},
        **_region_columns(assessment),
    }


def _region_columns(assessment: Assessment) -> dict[str, Any]:
    outline = assessment.outline
    return {
        "region": asdict(assessment.region) | {"source": assessment.source},
        "outline": {
            "mask": outline.packed,
            "confidence": round(outline.confidence, 4),
            "area_fraction": round(outline.area_fraction, 4),
        }
        if outline
        else None,
    }


def _predictive_values(
    operating_point: Mapping[str, float], prevalence: float
) -> dict[str, float | None]:
    """Return the predictive values of being flagged; None if all or none would be flagged."""
    ppv, npv = ppv_npv(operating_point["sensitivity"], operating_point["specificity"], prevalence)
    return {
        "prevalence": prevalence,
        "ppv": None if math.isnan(ppv) else ppv,
        "npv": None if math.isnan(npv) else npv,
    }
