"""Skin without a lesion, cut out of photos of lesions: the data contain no photos of it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.serving.measures import SMALL_SIDE, border_contrast

SIDES = range(28, 13, -2)
"""Of the square to cut out, in cells of the 64 by 64 map: the larger, the sharper the result."""
MAX_CONTRAST_FRACTION = 0.3
"""Of the border contrast: less than the half that delimits a lesion, to exclude its faint edge."""
MIN_BORDER_CONTRAST = 9.0
"""CIELAB distance. In photos with less contrast the lesion may be anywhere."""


def lesion_free_skin(photo: Image.Image, random: np.random.Generator) -> Image.Image | None:
    """Return skin beside the lesion of a square RGB photo, in the size of the photo.

    A random one of the largest squares without contrast is cut out and enlarged. Half of the
    results are enlarged half as much, and mirrored at two edges. None if there is no such square.
    """
    contrast, distance = border_contrast(np.asarray(photo))
    if contrast < MIN_BORDER_CONTRAST:
        return None
    is_lesion = distance > MAX_CONTRAST_FRACTION * contrast
    for side in SIDES:
        corners = np.argwhere(empty_squares(is_lesion, side))
        if len(corners):
            top, left = random.choice(corners) * photo.width / SMALL_SIDE
            length = side * photo.width / SMALL_SIDE
            part = photo.crop((round(left), round(top), round(left + length), round(top + length)))
            return _mirrored(part, photo.width, 1.0 if random.random() < 0.5 else 2.0)
    return None


def empty_squares(mask: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """Return whether squares of this side are all False in `mask`, by their upper left corner."""
    # A summed-area table: its corners give the sum over any square.
    sums = np.pad(mask.astype(np.int64), ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    counts = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(counts == 0)


def _mirrored(part: Image.Image, side: int, copies: float) -> Image.Image:
    """Return a square of this side with `copies` copies of `part` in each direction."""
    inner = round(side / copies)
    pixels = np.asarray(part.resize((inner, inner), Image.Resampling.BICUBIC))
    rest = side - inner
    return Image.fromarray(np.pad(pixels, ((0, rest), (0, rest), (0, 0)), mode="symmetric"))
