"""How far a calibration lies off at other clinics."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cnn_model.release.source_lines import source_line
from cnn_model.serving.calibration import sigmoid


def clinic(
    slope: float, offset: float, count: int = 20_000
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return probabilities and cancers of a clinic with the true log-odds on this line."""
    random = np.random.default_rng(0)
    logits = random.normal(-1, 1.5, count)
    cancers = random.random(count) < sigmoid(slope * logits + offset)
    return sigmoid(logits), cancers


def test_a_calibrated_clinic_has_the_line_of_perfect_calibration() -> None:
    assert source_line(*clinic(1, 0)) == pytest.approx((1, 0), abs=0.05)


def test_the_line_of_another_clinic_is_found() -> None:
    assert source_line(*clinic(0.5, 1.5)) == pytest.approx((0.5, 1.5), abs=0.05)


def test_photos_that_are_all_cancers_give_a_finite_line() -> None:
    probabilities, _ = clinic(1, 0, 200)
    assert np.isfinite(source_line(probabilities, np.ones(200, bool))).all()
