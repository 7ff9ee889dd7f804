"""Photos unlike the training photos, and what other clinics have seen."""

import dataclasses
import math

import pytest

from cnn_model.serving.calibration import Calibration, sigmoid
from tests.answers import CALIBRATION


def test_a_photo_without_any_likely_diagnosis_is_unfamiliar() -> None:
    limited = dataclasses.replace(CALIBRATION, max_energy=-2.5, unfamiliar_lines=((0.5, 1.0),))
    clear, faint = [5.0, *[0.0] * 7], [0.1] * 8
    assert not limited.is_unfamiliar(clear)
    assert limited.is_unfamiliar(faint)
    assert not CALIBRATION.is_unfamiliar(faint)  # networks before 3.0.0 have no limit
    assert Calibration.from_dict(limited.to_dict()) == limited


def test_the_interval_reaches_what_other_clinics_have_seen() -> None:
    travelled = dataclasses.replace(
        CALIBRATION, source_lines=((0.5, 0.5),), unfamiliar_lines=((0.2, 1.0),)
    )
    (low, high), (same_low, higher) = CALIBRATION.interval(0.05), travelled.interval(0.05)
    assert same_low == low
    assert higher > sigmoid(0.5 * math.log(0.05 / 0.95) + 0.5) > high
    assert travelled.interval(0.05, is_unfamiliar=True)[1] > higher
    assert CALIBRATION.interval(0.05, is_unfamiliar=True) == (low, high)


def test_refuses_a_line_that_is_no_number() -> None:
    with pytest.raises(ValueError, match="line"):
        dataclasses.replace(CALIBRATION, source_lines=((math.nan, 0.0),))
