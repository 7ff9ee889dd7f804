"""How the network's lesion output is to be read: whether there is a lesion in view, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_model.serving.calibration import LESION, Floats
from cnn_model.serving.measures import offset
from constants import DERMOSCOPY, SMARTPHONE


@dataclass(frozen=True)
class LesionLimits:
    """Chosen on validation photos: below the lesion probability `refused_below` there is no lesion
    in view, below `doubtful_below` it can hardly be made out; `off_centre_beyond` tells, for each
    kind of photo, how far from the middle it may lie, in half sides.

    Raises ValueError for limits that would warn of nothing or refuse everything.
    """

    refused_below: float
    doubtful_below: float
    off_centre_beyond: Mapping[str, float]

    def __post_init__(self) -> None:
        if not 0 < self.refused_below <= self.doubtful_below < 1:
            raise ValueError("The limits of the lesion probability are out of range or order.")
        if not all(self.off_centre_beyond[kind] > 0 for kind in (SMARTPHONE, DERMOSCOPY)):
            raise ValueError("A lesion in the middle would lie off it.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "LesionLimits":
        """Raises KeyError, TypeError or ValueError where `values` does not hold the limits."""
        return cls(
            refused_below=float(values["refused_below"]),
            doubtful_below=float(values["doubtful_below"]),
            off_centre_beyond={
                str(kind): float(limit) for kind, limit in values["off_centre_beyond"].items()
            },
        )


def limits_before_2_2(threshold: float) -> LesionLimits:
    """Those of a network whose description knows a threshold only."""
    return LesionLimits(threshold, max(threshold, 0.98), {SMARTPHONE: 0.22, DERMOSCOPY: 0.36})


def lesion_offset(maps: NDArray[np.float32]) -> float:
    """How far from the middle the network sees a lesion, in half sides, from maps (h, w, 10)."""
    # log(1 + e^x): places that speak against a lesion have next to no weight.
    return offset(np.logaddexp(0, maps[..., LESION]))


def lesion_offsets(maps: NDArray[np.float32]) -> Floats:
    """The same for n photos, from maps (n, h, w, 10), shape (n,)."""
    return np.array([lesion_offset(one) for one in maps])
