"""Skin without a lesion, cut out of photos of lesions: the data have no photos of it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.serving.measures import SMALL_SIDE, border_contrast

SIDES = range(28, 13, -2)
"""Of a part that may be cut out, of the 64 that the photo is scaled to: the larger, the sharper."""
STANDS_OUT = 0.3
"""Of what stands out most: less than for the area of a lesion, whose edge is not bare skin."""
LEAST_CONTRAST = 9.0
"""Where nothing stands out so far, in CIELAB, the lesion may be anywhere."""


def lesion_free_skin(photo: Image.Image, random: np.random.Generator) -> Image.Image | None:
    """A square photo's largest part in which nothing stands out, brought to its size: enlarged, or
    half the time enlarged less and mirrored at its edges. None where the lesion leaves no room.
    """
    contrast, distance = border_contrast(np.asarray(photo))
    if contrast < LEAST_CONTRAST:
        return None
    for side in SIDES:
        places = np.argwhere(_free(distance > STANDS_OUT * contrast, side))
        if len(places):
            top, left = random.choice(places) * photo.width / SMALL_SIDE
            length = side * photo.width / SMALL_SIDE
            part = photo.crop((round(left), round(top), round(left + length), round(top + length)))
            return _filling(part, photo.width, 1.0 if random.random() < 0.5 else 2.0)
    return None


def _free(marked: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """Whether the square of that side holds no mark, by its upper left corner."""
    sums = np.pad(marked.astype(np.int64), ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    held = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(held == 0)


def _filling(part: Image.Image, side: int, copies: float) -> Image.Image:
    """The part on a square of that side, so many times along each edge."""
    inner = round(side / copies)
    picture = np.asarray(part.resize((inner, inner), Image.Resampling.BICUBIC))
    rest = side - inner
    return Image.fromarray(np.pad(picture, ((0, rest), (0, rest), (0, 0)), mode="symmetric"))
