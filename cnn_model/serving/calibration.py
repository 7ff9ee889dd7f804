"""From logits to calibrated probabilities and a status."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_model.serving.context import ContextEvidence
from cnn_model.serving.statistics import wilson_interval_of_proportion
from constants import DIAGNOSES, MALIGNANT, PREMALIGNANT, Modality, Status

CODES = tuple(DIAGNOSES)
MALIGNANT_INDICES = tuple(CODES.index(code) for code in MALIGNANT)
PREMALIGNANT_INDICES = tuple(CODES.index(code) for code in PREMALIGNANT)
BENIGN_INDICES = tuple(
    index for index, code in enumerate(CODES) if code not in (*MALIGNANT, *PREMALIGNANT)
)
LESION_OUTPUT = len(CODES)
"""Index of the output that separates lesions from pictures of other things."""
DERMOSCOPIC_OUTPUT = LESION_OUTPUT + 1
"""Index of the output that separates dermoscopic from clinical photos."""
OUTPUTS = DERMOSCOPIC_OUTPUT + 1
CANCER, NO_CANCER = "malignant", "not_malignant"
"""The members of a conformal set."""
OPERATING_POINT = ("sensitivity", "specificity")
Z_95 = 1.959964
EPSILON = 1e-300
MIN_PROBABILITY = 1e-6
"""On the logit scale no probability is closer to 0 or 1 than this."""

Floats = NDArray[np.float64]


def softmax(logits: ArrayLike) -> Floats:
    """Return probabilities over the last axis, same shape, in double precision."""
    x = np.asarray(logits, dtype=np.float64)
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def sigmoid(logits: ArrayLike) -> Floats:
    """Return values from 0 to 1, same shape, without overflow at either end."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(logits, dtype=np.float64))))


def _require_probability(value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{value} is not a probability.")


def energy(logits: ArrayLike) -> Floats:
    """Return the energy of diagnosis logits (..., 8), shape (...).

    The higher, the less a photo resembles the training photos of any diagnosis (Liu et al. 2020,
    Energy-based Out-of-distribution Detection).
    """
    return np.asarray(-np.logaddexp.reduce(np.asarray(logits, dtype=np.float64), axis=-1))


def modality_of(logits: ArrayLike) -> NDArray[np.str_]:
    """Return the modality that the network recognises, from logits (..., 10), shape (...)."""
    dermoscopic = np.asarray(logits)[..., DERMOSCOPIC_OUTPUT] >= 0
    return np.where(dermoscopic, Modality.DERMOSCOPIC, Modality.CLINICAL)


def _lines(values: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    return tuple((float(slope), float(offset)) for slope, offset in values)


@dataclass(frozen=True)
class Calibration:
    """The calibration of the network for one modality, fitted on validation photos.

    - `temperature`, `bias`: vector scaling with one shared temperature (Guo et al. 2017, On
      Calibration of Modern Neural Networks).
    - `diagnosis_weights`: reweight the diagnoses within each group (malignant, premalignant,
      benign). Rare diagnoses are found more often, and the probability of the group stays.
    - `…_threshold`: class-conditional conformal quantiles (Vovk 2012).
    - `interval_covariance`: variance of the slope of the calibration line on the logit scale,
      covariance of slope and offset, variance of the offset. `neighbours`: a tenth of the photos.
    - `evidence`: log-likelihood ratios of the context.
    - `operating_point`: `sensitivity` and `specificity` of being flagged, 0 to 1.
    - `max_energy`: above this `energy` a photo is unlike those that the rest was fitted on; None
      if it was not measured.
    - `source_lines`: slope and offset of the true log-odds over the calibrated ones, at each other
      clinic. `unfamiliar_lines`: the same for photos above `max_energy`.

    Raises ValueError for impossible values, so that a broken description never answers.
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
    max_energy: float | None = None
    source_lines: tuple[tuple[float, float], ...] = ()
    unfamiliar_lines: tuple[tuple[float, float], ...] = ()

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
        slope, covariance, offset = self.interval_covariance
        limit = slope * offset * (1 + 1e-9)
        if not (slope >= 0 and offset >= 0 and covariance**2 <= limit):
            raise ValueError("The covariance of the intervals is none.")
        measured = (self.max_energy or 0.0, *chain(*self.source_lines, *self.unfamiliar_lines))
        if not all(map(math.isfinite, measured)):
            raise ValueError("The greatest energy or a line is not a number.")
        if self.neighbours < 1:
            raise ValueError("Nothing lies near a probability.")
        if not all(0 <= self.operating_point[name] <= 1 for name in OPERATING_POINT):
            raise ValueError("The operating point is out of range.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Calibration":
        """Raises KeyError, TypeError or ValueError if `values` is not what `to_dict` gave."""
        slope, covariance, offset = values["interval_covariance"]
        # Networks before 3.0.0 have no limit and no lines.
        max_energy = values.get("max_energy")
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
            interval_covariance=(float(slope), float(covariance), float(offset)),
            neighbours=int(values["neighbours"]),
            evidence=ContextEvidence.from_dict(values["evidence"]),
            operating_point={
                name: float(values["operating_point"][name]) for name in OPERATING_POINT
            },
            max_energy=None if max_energy is None else float(max_energy),
            source_lines=_lines(values.get("source_lines", ())),
            unfamiliar_lines=_lines(values.get("unfamiliar_lines", ())),
        )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def probabilities(self, logits: ArrayLike, shift: ArrayLike = 0.0) -> Floats:
        """Return calibrated probabilities (..., 8) for diagnosis logits (..., 8).

        `shift` (..., 8) is the evidence in the context.
        """
        scaled = np.asarray(logits, dtype=np.float64) / self.temperature
        plain = softmax(scaled + np.asarray(self.bias) + np.asarray(shift))
        weighted = plain * np.asarray(self.diagnosis_weights)
        for group in (MALIGNANT_INDICES, PREMALIGNANT_INDICES, BENIGN_INDICES):
            before, after = (
                values[..., group].sum(axis=-1, keepdims=True) for values in (plain, weighted)
            )
            weighted[..., group] *= before / np.maximum(after, EPSILON)
        return np.asarray(weighted)

    def malignant_probability(self, probabilities: ArrayLike) -> Floats:
        """Return P(MEL) + P(BCC) + P(SCC) of probabilities (..., 8), shape (...), 0 to 1."""
        chosen = np.asarray(probabilities, dtype=np.float64)[..., MALIGNANT_INDICES]
        return np.asarray(np.minimum(chosen.sum(axis=-1), 1.0))

    def premalignant_probability(self, probabilities: ArrayLike) -> Floats:
        """Return P(AK) of probabilities (..., 8), shape (...), 0 to 1."""
        chosen = np.asarray(probabilities, dtype=np.float64)[..., PREMALIGNANT_INDICES]
        return np.asarray(np.minimum(chosen.sum(axis=-1), 1.0))

    def is_unfamiliar(self, logits: ArrayLike) -> bool:
        """Return whether diagnosis logits (8,) are those of a photo unlike the training photos."""
        return self.max_energy is not None and bool(energy(logits) > self.max_energy)

    def interval(self, probability: float, is_unfamiliar: bool = False) -> tuple[float, float]:
        """Return the 95 % interval of the fraction of cancers among photos with this probability.

        From the validation photos: the confidence band of the calibration line, widened to the
        lines of other clinics, and by the Wilson interval of as many photos as have a similar
        probability. Raises ValueError outside 0 to 1.
        """
        _require_probability(probability)
        p = min(max(probability, MIN_PROBABILITY), 1 - MIN_PROBABILITY)
        logit = math.log(p / (1 - p))
        slope, covariance, offset = self.interval_covariance
        variance = slope * logit**2 + 2 * covariance * logit + offset
        margin = Z_95 * math.sqrt(max(variance, 0.0))
        lines = self.source_lines + (self.unfamiliar_lines if is_unfamiliar else ())
        elsewhere = (slope * logit + offset for slope, offset in lines)
        ends = sigmoid([logit - margin, logit + margin, *elsewhere])
        low, _ = wilson_interval_of_proportion(float(ends.min()), self.neighbours)
        _, high = wilson_interval_of_proportion(float(ends.max()), self.neighbours)
        return min(low, probability), max(high, probability)

    def conformal_set(self, probability: float) -> tuple[str, ...]:
        """Return what cannot be ruled out: `CANCER`, `NO_CANCER` or both.

        Raises ValueError outside 0 to 1.
        """
        _require_probability(probability)
        cancer = (CANCER,) if probability >= self.unclear_threshold else ()
        return cancer + ((NO_CANCER,) if probability < self.malignant_threshold else ())

    def status(self, probability: float, premalignant: float) -> Status:
        """Return the status for the probabilities of cancer and of a precursor.

        Raises ValueError for anything but probabilities, NaN included.
        """
        _require_probability(premalignant)
        possible = self.conformal_set(probability)
        if NO_CANCER not in possible:
            return Status.MALIGNANT
        if CANCER in possible or premalignant >= self.premalignant_threshold:
            return Status.UNCLEAR
        return Status.BENIGN
