"""Made-up answers of a network."""

import dataclasses
from pathlib import Path

import numpy as np

from cnn_model.data.dataset import NO_DIAGNOSIS, Example
from cnn_model.evaluation.answers import PhotoAnswer, collect
from cnn_model.model_run import Answer
from cnn_model.serving.calibration import CODES, Calibration
from cnn_model.serving.context import ContextEvidence
from constants import Modality, Status

CALIBRATION = Calibration(
    temperature=2.0,
    bias=(0.0,) * 8,
    diagnosis_weights=(1.0,) * 8,
    unclear_threshold=0.1,
    malignant_threshold=0.6,
    premalignant_threshold=0.3,
    interval_covariance=(0.01, 0.0, 0.04),
    neighbours=100,
    evidence=ContextEvidence({"sex": {"male": (0.5, *(0.0,) * 7)}}),
    operating_point={"sensitivity": 0.95, "specificity": 0.7},
)

ANSWER = Answer(
    modality=Modality.CLINICAL,
    context_used=(),
    probabilities={"NV": 1.0},
    probability=0.01,
    premalignant_probability=0.01,
    interval=(0.0, 0.02),
    conformal_set=("not_malignant",),
    operating_point={"sensitivity": 0.95, "specificity": 0.5},
    status=Status.BENIGN,
    lesion_probability=0.99,
    lesion_offset=0.05,
    is_lesion=True,
    is_uncertain=False,
    is_off_centre=False,
    is_unfamiliar=False,
    activation_map=np.zeros((6, 6), np.float32),
)


def example(code: str | None, number: int = 0, modality: str = Modality.CLINICAL) -> Example:
    diagnosis = CODES.index(code) if code else NO_DIAGNOSIS
    return Example(Path(f"{number}.jpg"), modality, modality, f"{modality}/{number}", diagnosis)


def answer(probability: float, status: str = Status.BENIGN, **more: object) -> PhotoAnswer:
    """Return an answer with this probability of melanoma; the rest is that of a naevus."""
    probabilities = dict.fromkeys(CODES, 0.0) | {"MEL": probability, "NV": 1 - probability}
    default = PhotoAnswer(
        status=status,
        probabilities=tuple(probabilities.values()),
        probability=probability,
        premalignant=0.0,
        interval=(max(probability - 0.1, 0), min(probability + 0.1, 1)),
        conformal_set=("malignant",) if probability >= 0.5 else ("not_malignant",),
        sharpness=5.0,
    )
    return dataclasses.replace(default, **more)  # type: ignore[arg-type]


FOUR = [example("MEL", 0), example("MEL", 1), example("NV", 2), example("NV", 3)]
ANSWERS = collect(
    FOUR,
    [
        answer(0.9, Status.MALIGNANT),
        answer(0.1),
        answer(0.3, Status.UNCLEAR),
        answer(0.2),
    ],
)
