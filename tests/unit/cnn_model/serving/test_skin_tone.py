"""The tone of skin, and darker skin drawn from lighter."""

import numpy as np
import pytest
from PIL import Image

from cnn_model.data.synthetic import skin_photo
from cnn_model.serving.skin_tone import (
    BANDS,
    band,
    darkened,
    from_linear,
    lab,
    to_linear,
    typology_angle,
)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.2, 80.1, 67.2)),
        ((0, 0, 255), (32.3, 79.2, -107.9)),
    ],
)
def test_lab_of_known_colours(
    colour: tuple[int, int, int], expected: tuple[float, float, float]
) -> None:
    assert lab(np.array(colour, np.uint8)) == pytest.approx(expected, abs=0.1)


def test_linear_light_and_back() -> None:
    values = np.arange(256, dtype=np.uint8)
    assert (from_linear(to_linear(values)) == values).all()


@pytest.mark.parametrize(
    ("angle", "name"),
    [
        (90, "very light"),
        (55, "light"),
        (41, "intermediate"),
        (20, "tan"),
        (0, "brown"),
        (-31, "dark"),
    ],
)
def test_bands_of_the_angle(angle: float, name: str) -> None:
    assert band(angle) == name
    assert list(BANDS.values()) == sorted(BANDS.values(), reverse=True)


def test_melanin_darkens_blue_most_and_red_least() -> None:
    grey = Image.new("RGB", (4, 4), (200, 200, 200))
    red, green, blue = np.asarray(darkened(grey, 1.0))[0, 0]
    assert 200 > red > green > blue


def test_the_more_melanin_the_darker_the_band() -> None:
    photo = skin_photo()
    angles = [typology_angle(darkened(photo, melanin)) for melanin in (0.0, 1.0, 2.0, 4.0)]
    assert angles == sorted(angles, reverse=True)
    assert band(angles[-1]) == "dark"


def test_no_melanin_changes_nothing() -> None:
    photo = skin_photo((64, 64))
    assert darkened(photo, 0.0).tobytes() == photo.tobytes()
