"""From a photo to the input of the network; the same in training and in the service."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# A photo that is larger by this factor is first reduced by whole pixels, to no less than this many
# times the size: twice as fast, and within one grey level of the exact filter.
REDUCING_GAP = 2.0

Box = tuple[int, int, int, int]


def central_box(photo: Image.Image) -> Box:
    """Return the largest central square of a photo: left, top, right, bottom, in pixels."""
    side = min(photo.size)
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    return left, top, left + side, top + side


def central_crop(photo: Image.Image) -> Image.Image:
    """Return the central square of a photo, pixel for pixel."""
    return photo.crop(central_box(photo))


def central_square(
    photo: Image.Image, size: int, resample: Image.Resampling = Image.Resampling.BILINEAR
) -> NDArray[np.uint8]:
    """Return the central square of an RGB photo as an array (size, size, 3), 0 to 255."""
    # Pillow's filters widen with the reduction, so a 12-megapixel photo and its thumbnail give the
    # same input.
    box = central_box(photo)
    return np.asarray(photo.resize((size, size), resample, box=box, reducing_gap=REDUCING_GAP))
