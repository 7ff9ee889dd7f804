"""The answers to labelled photos, as arrays: the input of every estimate."""

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
    """The answer to one photo.

    `status` is a `Status` or `REFUSED`, `probabilities` has one probability per diagnosis,
    `probability` is that of cancer, `premalignant` that of an actinic keratosis, and `sharpness` is
    the quality measure. Unknown values are NaN.
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
    """The labels of n photos and the answers to them; every array has shape (n, ...).

    - `modalities`, `diagnoses` (index of `DIAGNOSES`, -1 without a lesion) and `groups` (the
      patient, or the lesion) come from the labels.
    - `probabilities` (n, 8), `probability` and `premalignant` are 0 to 1; `intervals` (n, 2).
    - `possible` (n, 2): whether the conformal set contains cancer, and anything else.
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
        """The lesions that were not refused."""
        return np.asarray((self.diagnoses != NO_DIAGNOSIS) & (self.statuses != REFUSED))

    def where(self, is_selected: NDArray[np.bool_]) -> "Answers":
        """Return the answers for which `is_selected` (n,) is true."""
        return Answers(
            **{item.name: getattr(self, item.name)[is_selected] for item in fields(self)}
        )

    def is_of_modality(self, modality: str) -> NDArray[np.bool_]:
        """Return which photos are assessed lesions of this modality, shape (n,)."""
        return np.asarray(self.modalities == modality) & self.assessed

    def of_modality(self, modality: str) -> "Answers":
        """Return the answers to the assessed lesions of this modality."""
        return self.where(self.is_of_modality(modality))

    def classes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the true and the most probable diagnosis, each of shape (n,)."""
        # HAM10000 counts Bowen's disease, an SCC in situ, among its actinic keratoses: dermoscopic
        # photos are evaluated over the seven classes of ISIC 2018.
        probabilities, scc, ak = self.probabilities.copy(), CODES.index("SCC"), CODES.index("AK")
        dermoscopic = self.modalities == Modality.DERMOSCOPIC
        probabilities[dermoscopic, ak] += probabilities[dermoscopic, scc]
        probabilities[dermoscopic, scc] = 0
        return self.diagnoses, probabilities.argmax(axis=1)


def collect(examples: list[Example], answers: list[PhotoAnswer]) -> Answers:
    """Return the answers to the examples, in the same order, as arrays."""
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
    """Return how far two sets of answers to the same photos differ.

    `greatest_difference` is that of the probability of cancer, 0 to 1, over the photos that both
    assessed (`compared`); 0 if there are none. `different_statuses` counts photos.
    """
    differences = np.abs(one.probability - other.probability)
    differences = differences[np.isfinite(differences)]
    return {
        "photos": len(one),
        "compared": len(differences),
        "greatest_difference": float(differences.max()) if len(differences) else 0.0,
        "different_statuses": int((one.statuses != other.statuses).sum()),
    }
