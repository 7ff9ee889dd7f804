"""A network that needs no training: the darker a photo, the more it looks like a melanoma."""

import numpy as np
from numpy.typing import NDArray

from cnn_model.model_run import Network
from cnn_model.serving.calibration import (
    CODES,
    DERMOSCOPIC_OUTPUT,
    LESION_OUTPUT,
    OUTPUTS,
    Calibration,
)
from cnn_model.serving.context import ContextEvidence
from cnn_model.serving.description import NAME, Description
from cnn_model.serving.lesion_view import LesionLimits
from constants import Modality

SIZE, CELLS = 32, 4
BACK = (2.0, *(0.0,) * 7)
"""How much a site on the back speaks for each diagnosis."""


class DarknessEngine:
    def maps(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Maps (4, 4, 10): darkness speaks for melanoma, and against a naevus."""
        side = photo.shape[0] // CELLS
        cells = photo.reshape(CELLS, side, CELLS, side, 3).mean(axis=(1, 3, 4)) / 255
        maps = np.zeros((CELLS, CELLS, OUTPUTS), dtype=np.float32)
        maps[..., CODES.index("MEL")] = 10 * (0.5 - cells)
        maps[..., CODES.index("NV")] = 10 * (cells - 0.5)
        maps[..., LESION_OUTPUT] = 3
        maps[..., DERMOSCOPIC_OUTPUT] = -1
        return maps


def toy_network(version: str = "0.0.1") -> Network:
    calibration = Calibration(
        temperature=1.0,
        bias=(0.0,) * len(CODES),
        diagnosis_weights=(1.0,) * len(CODES),
        unclear_threshold=0.5,
        malignant_threshold=0.6,
        premalignant_threshold=0.5,
        interval_covariance=(0.01, 0.0, 0.04),
        neighbours=100,
        evidence=ContextEvidence({"body_site": {"back": BACK}}),
        operating_point={"sensitivity": 0.95, "specificity": 0.7},
    )
    description = Description(
        name=NAME,
        version=version,
        created="2026-01-01",
        input_size=SIZE,
        sha256={},
        calibrations={Modality.CLINICAL: calibration, Modality.DERMOSCOPIC: calibration},
        lesion=LesionLimits(0.5, 0.9, {Modality.CLINICAL: 0.3, Modality.DERMOSCOPIC: 0.3}),
        reference=(0.0,) * OUTPUTS,
        training={},
        validation={},
    )
    return Network(DarknessEngine(), description, "0" * 64)
