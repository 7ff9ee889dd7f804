"""Whether there is a lesion in view, and where: how the lesion output is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_model.serving.calibration import LESION_OUTPUT, Floats
from cnn_model.serving.measures import centroid_offset
from constants import Modality


@dataclass(frozen=True)
class LesionLimits:
    """Limits of the lesion output, chosen on validation photos.

    Below the lesion probability `refused_below` there is no lesion in view, below `doubtful_below`
    it is uncertain. `off_centre_beyond` is the greatest distance from the centre, in half sides, by
    modality. Raises ValueError for limits that would warn of nothing or refuse everything.
    """

    refused_below: float
    doubtful_below: float
    off_centre_beyond: Mapping[Modality, float]

    def __post_init__(self) -> None:
        if not 0 < self.refused_below <= self.doubtful_below < 1:
            raise ValueError("The limits of the lesion probability are out of range or order.")
        if not all(self.off_centre_beyond[modality] > 0 for modality in Modality):
            raise ValueError("A lesion in the middle would lie off it.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "LesionLimits":
        """Raises KeyError, TypeError or ValueError if `values` does not hold the limits."""
        return cls(
            refused_below=float(values["refused_below"]),
            doubtful_below=float(values["doubtful_below"]),
            off_centre_beyond={
                Modality(modality): float(limit)
                for modality, limit in values["off_centre_beyond"].items()
            },
        )


def limits_before_2_2(threshold: float) -> LesionLimits:
    """Return the limits of a network whose description has nothing but a threshold."""
    return LesionLimits(
        threshold, max(threshold, 0.98), {Modality.CLINICAL: 0.22, Modality.DERMOSCOPIC: 0.36}
    )


def lesion_offset(maps: NDArray[np.float32]) -> float:
    """Return the distance of the lesion from the centre, in half sides, from maps (h, w, 10)."""
    # log(1 + e^x): cells that speak against a lesion have next to no weight.
    return centroid_offset(np.logaddexp(0, maps[..., LESION_OUTPUT]))


def lesion_offsets(maps: NDArray[np.float32]) -> Floats:
    """Return the same for n photos, shape (n,), from maps (n, h, w, 10)."""
    return np.array([lesion_offset(photo) for photo in maps])
