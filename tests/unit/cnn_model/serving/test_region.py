"""Regions of a photo, and the crops around them."""

import numpy as np
import pytest
from PIL import Image

from cnn_model.model_run import region_to_assess
from cnn_model.serving.outline import Outline
from cnn_model.serving.preprocess import central_crop
from cnn_model.serving.region import WHOLE, Region, crop_box, crop_of, region_of
from constants import RegionSource


def numbered(width: int, height: int) -> Image.Image:
    """Return a photo whose red is the column and whose green is the row of each pixel."""
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.dstack([x, y, 0 * x]).astype(np.uint8))


@pytest.mark.parametrize(
    "values", [(-0.1, 0.5, 0.5), (0.5, 1.1, 0.5), (0.5, 0.5, 0), (0.5, 0.5, 1.1), (0.5, 0.5, -1)]
)
def test_a_region_lies_in_the_photo(values: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="centre in the photo"):
        Region(*values)


@pytest.mark.parametrize("size", [(200, 120), (120, 200), (150, 150)])
def test_the_whole_region_is_the_central_square(size: tuple[int, int]) -> None:
    photo = numbered(*size)
    assert crop_of(photo, WHOLE).tobytes() == central_crop(photo).tobytes()


def outlined(size: float) -> Outline:
    return Outline(np.ones((64, 64), bool), Region(0.5, 0.5, size), 0.9)


def test_a_small_lesion_takes_half_of_the_side_of_the_crop_around_it() -> None:
    photo = Image.new("RGB", (4000, 3000))
    region, source = region_to_assess(photo, outlined(0.1), None)
    assert source is RegionSource.OUTLINE
    left, top, right, bottom = crop_box(*photo.size, region)
    assert (right - left, bottom - top) == pytest.approx((600, 600))
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((2000, 1500))


def test_a_crop_has_as_many_pixels_as_the_quality_is_measured_on() -> None:
    region, _ = region_to_assess(Image.new("RGB", (800, 600)), outlined(0.05), None)
    assert region.size * 600 == pytest.approx(256)
    region, _ = region_to_assess(Image.new("RGB", (200, 150)), outlined(0.05), None)
    assert region == WHOLE


def test_other_photos_are_assessed_in_their_central_square() -> None:
    photo = Image.new("RGB", (800, 600))
    for outline in (outlined(0.3), None):
        assert region_to_assess(photo, outline, None) == (WHOLE, RegionSource.CENTRE)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 0), (0, 1), (1, 1), (0.03, 0.5)])
def test_a_crop_at_a_border_is_shifted_into_the_photo(x: float, y: float) -> None:
    photo = numbered(200, 160)
    crop = np.asarray(crop_of(photo, Region(x, y, 0.5)))
    assert crop.shape == (80, 80, 3)
    # Every pixel is one of the photo, none is black padding.
    np.testing.assert_array_equal(crop[..., 0], crop[0, 0, 0] + np.mgrid[0:80, 0:80][1])
    np.testing.assert_array_equal(crop[..., 1], crop[0, 0, 1] + np.mgrid[0:80, 0:80][0])


def test_a_tiny_region_gives_a_crop_of_a_pixel_at_least() -> None:
    assert crop_of(numbered(40, 40), Region(0.5, 0.5, 1e-6)).size == (1, 1)


def test_the_region_of_a_box_is_its_smallest_square() -> None:
    region = region_of((100, 40, 140, 60), 400, 200)
    assert region == Region(0.3, 0.25, 0.2)
    assert region.box(400, 200) == pytest.approx((100, 30, 140, 70))


def test_the_region_of_a_box_longer_than_the_photo_is_high_has_its_height() -> None:
    assert region_of((0, 10, 400, 90), 400, 100) == Region(0.5, 0.5, 1.0)
