"""From logits to chances and a status. Needs NumPy only: the server imports it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from constants import DIAGNOSES, MALIGNANT, PREMALIGNANT, Status

CODES = tuple(DIAGNOSES)
MALIGNANT_INDICES = tuple(CODES.index(code) for code in MALIGNANT)
PREMALIGNANT_INDICES = tuple(CODES.index(code) for code in PREMALIGNANT)

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


@dataclass(frozen=True)
class Calibration:
    """Vector scaling (Guo et al. 2017, On Calibration of Modern Neural Networks) with one shared
    temperature, and the thresholds and intervals that were chosen on the validation photos.

    `interval_bins` are (upper edge, low, high), by rising upper edge, the last edge 1. Raises
    ValueError for values that make no sense, so that a broken description never answers.
    """

    temperature: float
    bias: tuple[float, ...]
    unclear_threshold: float
    malignant_threshold: float
    premalignant_threshold: float
    interval_bins: tuple[tuple[float, float, float], ...]

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError("The temperature is not a positive number.")
        if len(self.bias) != len(CODES) or not all(map(math.isfinite, self.bias)):
            raise ValueError(f"The bias is not {len(CODES)} finite numbers.")
        if not 0 < self.unclear_threshold <= self.malignant_threshold <= 1:
            raise ValueError("The thresholds for malignant and unclear are out of order.")
        if not 0 < self.premalignant_threshold <= 1:
            raise ValueError("The threshold for premalignant is out of range.")
        uppers = [upper for upper, _, _ in self.interval_bins]
        if not uppers or uppers != sorted(uppers) or uppers[-1] != 1:
            raise ValueError("The upper edges of the intervals do not rise to 1.")
        if not all(0 <= low <= high <= 1 for _, low, high in self.interval_bins):
            raise ValueError("An interval is out of order.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Calibration":
        """Raises KeyError, TypeError or ValueError where `values` is not what `to_dict` gave."""
        return cls(
            temperature=float(values["temperature"]),
            bias=tuple(float(value) for value in values["bias"]),
            unclear_threshold=float(values["unclear_threshold"]),
            malignant_threshold=float(values["malignant_threshold"]),
            premalignant_threshold=float(values["premalignant_threshold"]),
            interval_bins=tuple(
                (float(upper), float(low), float(high))
                for upper, low, high in values["interval_bins"]
            ),
        )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def probabilities(self, logits: ArrayLike) -> Floats:
        """Diagnosis logits (..., 8) to calibrated probabilities (..., 8)."""
        scaled = np.asarray(logits, dtype=np.float64) / self.temperature
        return softmax(scaled + np.asarray(self.bias))

    def malignant_probability(self, probabilities: ArrayLike) -> Floats:
        """Probabilities (..., 8) to P(MEL) + P(BCC) + P(SCC), shape (...), 0 to 1."""
        chosen = np.asarray(probabilities, dtype=np.float64)[..., MALIGNANT_INDICES]
        return np.asarray(np.minimum(chosen.sum(axis=-1), 1.0))

    def premalignant_probability(self, probabilities: ArrayLike) -> Floats:
        """Probabilities (..., 8) to P(AK), shape (...), 0 to 1."""
        chosen = np.asarray(probabilities, dtype=np.float64)[..., PREMALIGNANT_INDICES]
        return np.asarray(np.minimum(chosen.sum(axis=-1), 1.0))

    def interval(self, probability: float) -> tuple[float, float]:
        """The 95 % Wilson interval of the share of cancers among validation photos with a
        similar probability, widened so that it contains `probability`. ValueError outside 0 to 1.
        """
        _require_probability(probability)
        low, high = next(
            (low, high) for upper, low, high in self.interval_bins if probability <= upper
        )
        return min(low, probability), max(high, probability)

    def status(self, probability: float, premalignant: float) -> Status:
        """What the probabilities of cancer and of a precursor mean together.

        Raises ValueError for what is no probability, NaN included: no answer beats a wrong one.
        """
        _require_probability(probability)
        _require_probability(premalignant)
        if probability >= self.malignant_threshold:
            return Status.MALIGNANT
        if probability >= self.unclear_threshold or premalignant >= self.premalignant_threshold:
            return Status.UNCLEAR
        return Status.BENIGN
