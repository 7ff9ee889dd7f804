"""From logits to chances and a status. Needs NumPy only: the server imports it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_model.serving.context import ContextEvidence
from cnn_model.serving.statistics import wilson_interval_of_share
from constants import DERMOSCOPY, DIAGNOSES, MALIGNANT, PREMALIGNANT, SMARTPHONE, Status

CODES = tuple(DIAGNOSES)
MALIGNANT_INDICES = tuple(CODES.index(code) for code in MALIGNANT)
PREMALIGNANT_INDICES = tuple(CODES.index(code) for code in PREMALIGNANT)
BENIGN_INDICES = tuple(
    place for place, code in enumerate(CODES) if code not in (*MALIGNANT, *PREMALIGNANT)
)
LESION = len(CODES)
"""The output that tells lesions from pictures of other things, after one for each diagnosis."""
DERMOSCOPIC = LESION + 1
"""The output that tells dermoscopic images from close-ups taken with a smartphone."""
OUTPUTS = DERMOSCOPIC + 1
CANCER, NO_CANCER = "malignant", "not_malignant"
"""What a conformal set may hold."""
OPERATING_POINT = ("sensitivity", "specificity")
Z = 1.959964
TINY = 1e-300
EDGE = 1e-6
"""No probability is closer to 0 or 1 than this on the logit scale."""

Floats = NDArray[np.float64]


def softmax(logits: ArrayLike) -> Floats:
    """Probabilities over the last axis, same shape; computed in double precision."""
    x = np.asarray(logits, dtype=np.float64)
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def sigmoid(logits: ArrayLike) -> Floats:
    """0 to 1, same shape, without overflow at either end."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(logits, dtype=np.float64))))


def _require_probability(value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{value} is not a probability.")


def kind_of(logits: ArrayLike) -> NDArray[np.str_]:
    """What kind of photo the network sees, from logits (..., 10), shape (...)."""
    dermoscopic = np.asarray(logits)[..., DERMOSCOPIC] >= 0
    return np.where(dermoscopic, DERMOSCOPY, SMARTPHONE)


@dataclass(frozen=True)
class Calibration:
    """How the network's answer to one kind of photo is to be read, fitted on validation photos.

    Vector scaling (Guo et al. 2017, On Calibration of Modern Neural Networks) with one shared
    temperature; thresholds that are class-conditional conformal quantiles (Vovk 2012);
    `interval_covariance`, the variance of slope and offset of the calibration line on the logit
    scale and, between them, their covariance; `neighbours`, a tenth of the photos; the evidence in
    what the person tells; and, as `operating_point`, the chance that a cancer is flagged
    (`sensitivity`) and that a benign lesion is not (`specificity`). Raises ValueError for
    values that make no sense, so that a broken description never answers.

    `diagnosis_weights` share the probability of each group (malignant, premalignant, benign) among
    its diagnoses. They find rare diagnoses more often, and leave the probability of the group as it
    is: that of cancer stays calibrated.
    """

    temperature: float
    bias: tuple[float, ...]
    diagnosis_weights: tuple[float, ...]
    unclear_threshold: float
    malignant_threshold: float
    premalignant_threshold: float
    interval_covariance: tuple[float, float, float]
    neighbours: int
    evidence: ContextEvidence
    operating_point: Mapping[str, float]

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError("The temperature is not a positive number.")
        if len(self.bias) != len(CODES) or not all(map(math.isfinite, self.bias)):
            raise ValueError(f"The bias is not {len(CODES)} finite numbers.")
        if len(self.diagnosis_weights) != len(CODES) or not min(self.diagnosis_weights) > 0:
            raise ValueError(f"The weights of the diagnoses are not {len(CODES)} positive numbers.")
        if not 0 < self.unclear_threshold <= self.malignant_threshold <= 1:
            raise ValueError("The thresholds for malignant and unclear are out of order.")
        if not 0 < self.premalignant_threshold <= 1:
            raise ValueError("The threshold for premalignant is out of range.")
        slope, both, offset = self.interval_covariance
        if not (slope >= 0 and offset >= 0 and both * both <= slope * offset * (1 + 1e-9)):
            raise ValueError("The covariance of the intervals is none.")
        if self.neighbours < 1:
            raise ValueError("Nothing lies near a probability.")
        if not all(0 <= self.operating_point[name] <= 1 for name in OPERATING_POINT):
            raise ValueError("The operating point is out of range.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Calibration":
        """Raises KeyError, TypeError or ValueError where `values` is not what `to_dict` gave."""
        slope, both, offset = values["interval_covariance"]
        return cls(
            temperature=float(values["temperature"]),
            bias=tuple(float(value) for value in values["bias"]),
            # Networks before 2.1.0 have none.
            diagnosis_weights=tuple(
                float(value) for value in values.get("diagnosis_weights", np.ones(len(CODES)))
            ),
            unclear_threshold=float(values["unclear_threshold"]),
            malignant_threshold=float(values["malignant_threshold"]),
            premalignant_threshold=float(values["premalignant_threshold"]),
            interval_covariance=(float(slope), float(both), float(offset)),
            neighbours=int(values["neighbours"]),
            evidence=ContextEvidence.from_dict(values["evidence"]),
            operating_point={
                name: float(values["operating_point"][name]) for name in OPERATING_POINT
            },
        )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def probabilities(self, logits: ArrayLike, shift: ArrayLike = 0.0) -> Floats:
        """Diagnosis logits (..., 8) to calibrated probabilities (..., 8); `shift` (..., 8) is the
        evidence in what the person told.
        """
        scaled = np.asarray(logits, dtype=np.float64) / self.temperature
        chances = softmax(scaled + np.asarray(self.bias) + np.asarray(shift))
        shared = chances * np.asarray(self.diagnosis_weights)
        for group in (MALIGNANT_INDICES, PREMALIGNANT_INDICES, BENIGN_INDICES):
            before, after = (
                values[..., group].sum(axis=-1, keepdims=True) for values in (chances, shared)
            )
            shared[..., group] *= before / np.maximum(after, TINY)
        return np.asarray(shared)

    def malignant_probability(self, probabilities: ArrayLike) -> Floats:
        """Probabilities (..., 8) to P(MEL) + P(BCC) + P(SCC), shape (...), 0 to 1."""
        chosen = np.asarray(probabilities, dtype=np.float64)[..., MALIGNANT_INDICES]
        return np.asarray(np.minimum(chosen.sum(axis=-1), 1.0))

    def premalignant_probability(self, probabilities: ArrayLike) -> Floats:
        """Probabilities (..., 8) to P(AK), shape (...), 0 to 1."""
        chosen = np.asarray(probabilities, dtype=np.float64)[..., PREMALIGNANT_INDICES]
        return np.asarray(np.minimum(chosen.sum(axis=-1), 1.0))

    def interval(self, probability: float) -> tuple[float, float]:
        """Where the share of cancers among photos with this probability lies with 95 % confidence,
        as far as the validation photos tell: the line through all of them, widened by the Wilson
        interval of as many photos as lie nearby. ValueError outside 0 to 1.
        """
        _require_probability(probability)
        p = min(max(probability, EDGE), 1 - EDGE)
        logit = math.log(p / (1 - p))
        slope, both, offset = self.interval_covariance
        margin = Z * math.sqrt(max(slope * logit**2 + 2 * both * logit + offset, 0.0))
        low, high = sigmoid([logit - margin, logit + margin]).tolist()
        low, _ = wilson_interval_of_share(low, self.neighbours)
        _, high = wilson_interval_of_share(high, self.neighbours)
        return min(low, probability), max(high, probability)

    def conformal_set(self, probability: float) -> tuple[str, ...]:
        """What cannot be ruled out: `CANCER`, `NO_CANCER` or both. ValueError outside 0 to 1."""
        _require_probability(probability)
        cancer = (CANCER,) if probability >= self.unclear_threshold else ()
        return cancer + ((NO_CANCER,) if probability < self.malignant_threshold else ())

    def status(self, probability: float, premalignant: float) -> Status:
        """What the conformal set and the probability of a precursor mean together.

        Raises ValueError for what is no probability, NaN included: no answer beats a wrong one.
        """
        _require_probability(premalignant)
        possible = self.conformal_set(probability)
        if NO_CANCER not in possible:
            return Status.MALIGNANT
        if CANCER in possible or premalignant >= self.premalignant_threshold:
            return Status.UNCLEAR
        return Status.BENIGN
