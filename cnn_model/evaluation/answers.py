"""What labelled photos were answered, as arrays from which every figure is made."""

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cnn_model.data.dataset import NO_DIAGNOSIS, Example
from cnn_model.serving.calibration import (
    CANCER,
    CODES,
    MALIGNANT_INDICES,
    NO_CANCER,
    PREMALIGNANT_INDICES,
    Floats,
)
from constants import Modality, Status

REFUSED = "refused"
"""The status of a photo that was not assessed."""


@dataclass(frozen=True)
class PhotoAnswer:
    """What one photo was answered: `status` is a `Status` or `REFUSED`, `probabilities` has one
    number per diagnosis, `sharpness` is that of the quality measures. What is not known is NaN.
    """

    status: str
    probabilities: tuple[float, ...] = (math.nan,) * len(CODES)
    probability: float = math.nan
    premalignant: float = math.nan
    interval: tuple[float, float] = (math.nan, math.nan)
    conformal_set: tuple[str, ...] = ()
    sharpness: float = math.nan


@dataclass(frozen=True, eq=False)
class Answers:
    """What n photos were answered, and what they show; every array has shape (n, ...).

    `modalities`, `diagnoses` (-1 where there is no lesion) and `groups`, the patients or lesions,
    are those of the labels. `possible` (n, 2) tells whether cancer, and anything else, is in the
    conformal set.
    """

    modalities: NDArray[np.str_]
    diagnoses: NDArray[np.int64]
    groups: NDArray[np.str_]
    probabilities: Floats
    probability: Floats
    premalignant: Floats
    intervals: Floats
    statuses: NDArray[np.str_]
    possible: NDArray[np.bool_]
    sharpness: Floats

    def __len__(self) -> int:
        return len(self.modalities)

    @property
    def cancer(self) -> NDArray[np.bool_]:
        return np.isin(self.diagnoses, MALIGNANT_INDICES)

    @property
    def precursor(self) -> NDArray[np.bool_]:
        return np.isin(self.diagnoses, PREMALIGNANT_INDICES)

    @property
    def benign(self) -> NDArray[np.bool_]:
        return ~(self.cancer | self.precursor)

    @property
    def flagged(self) -> NDArray[np.bool_]:
        return np.asarray(self.statuses != Status.BENIGN)

    @property
    def assessed(self) -> NDArray[np.bool_]:
        """Lesions about which something was said."""
        return np.asarray((self.diagnoses != NO_DIAGNOSIS) & (self.statuses != REFUSED))

    def where(self, chosen: NDArray[np.bool_]) -> "Answers":
        """Those for which `chosen` (n,) holds."""
        return Answers(**{item.name: getattr(self, item.name)[chosen] for item in fields(self)})

    def is_of_modality(self, modality: str) -> NDArray[np.bool_]:
        """Which are lesions on this modality that were assessed, shape (n,)."""
        return np.asarray(self.modalities == modality) & self.assessed

    def of_modality(self, modality: str) -> "Answers":
        return self.where(self.is_of_modality(modality))

    def classes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """True and likeliest diagnosis (n,). HAM10000 counts Bowen's disease, an SCC in situ,
        among its actinic keratoses: dermoscopic photos are judged over seven classes, as in ISIC.
        """
        chances, (scc, ak) = self.probabilities.copy(), (CODES.index("SCC"), CODES.index("AK"))
        dermoscopic = self.modalities == Modality.DERMOSCOPIC
        chances[dermoscopic, ak] += chances[dermoscopic, scc]
        chances[dermoscopic, scc] = 0
        return self.diagnoses, chances.argmax(axis=1)


def collect(examples: list[Example], answers: list[PhotoAnswer]) -> Answers:
    """The answers to the examples, in the same order, as arrays."""
    count = len(examples)
    sets = [(CANCER in a.conformal_set, NO_CANCER in a.conformal_set) for a in answers]
    return Answers(
        modalities=np.array([e.modality for e in examples], dtype=np.str_),
        diagnoses=np.array([e.diagnosis for e in examples], dtype=np.int64),
        groups=np.array([e.group for e in examples], dtype=np.str_),
        probabilities=np.array([a.probabilities for a in answers]).reshape(count, len(CODES)),
        probability=np.array([a.probability for a in answers], dtype=np.float64),
        premalignant=np.array([a.premalignant for a in answers], dtype=np.float64),
        intervals=np.array([a.interval for a in answers]).reshape(count, 2),
        statuses=np.array([str(a.status) for a in answers], dtype=np.str_),
        possible=np.array(sets, dtype=bool).reshape(count, 2),
        sharpness=np.array([a.sharpness for a in answers], dtype=np.float64),
    )


def agreement(one: Answers, other: Answers) -> dict[str, float | int]:
    """How far two answers to the same photos differ: in the probability of cancer where both
    gave one (0 to 1; 0 where there is no such photo), and in the number of statuses.
    """
    gaps = np.abs(one.probability - other.probability)
    gaps = gaps[np.isfinite(gaps)]
    return {
        "photos": len(one),
        "compared": len(gaps),
        "greatest_difference": float(gaps.max()) if len(gaps) else 0.0,
        "different_statuses": int((one.statuses != other.statuses).sum()),
    }
