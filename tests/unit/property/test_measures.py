"""What is measured of a photo is a number, whatever is on it and however narrow it was kept."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnn_model.serving.measures import SIDE, measure
from cnn_model.serving.preprocess import central_square
from cnn_model.serving.skin_tone import typology_angle
from tests.strategies import pictures

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 2048))
COLOURS = st.tuples(*[st.integers(0, 255)] * 3)
PLAIN = st.builds(Image.new, st.just("RGB"), SIZES, COLOURS)

# They take as long as ten of other tests.
FEW = settings(max_examples=settings().max_examples // 6)


@FEW
@given(PLAIN | pictures().map(lambda picture: picture.convert("RGB")))
def test_every_measure_is_a_number(picture: Image.Image) -> None:
    for photo in (picture, picture.transpose(Image.Transpose.TRANSPOSE)):
        found = {**measure(photo, central_square(photo, SIDE)), "skin_tone": typology_angle(photo)}
        assert [name for name, value in found.items() if not math.isfinite(value)] == []
