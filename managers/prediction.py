"""The columns of a prediction, from an assessment."""

from typing import Any

from cnn_model.model_run import Assessment, Network


def prediction_columns(network: Network, assessment: Assessment) -> dict[str, Any]:
    """Return the values of `models.prediction.PredictionColumns`."""
    answer = assessment.answer
    low, high = answer.interval
    return {
        "model_version": network.version,
        "status": assessment.quality.cautious(answer.status),
        "probability": answer.probability,
        "interval_low": low,
        "interval_high": high,
        "premalignant_probability": answer.premalignant_probability,
        "probabilities": answer.probabilities,
    }
