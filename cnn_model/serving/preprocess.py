"""From a photo to what the network sees; the same in training and in the server."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def central_square(photo: Image.Image, size: int) -> NDArray[np.uint8]:
    """The central square of an RGB photo, scaled with antialiasing.

    Returns an array of shape (size, size, 3), values 0 to 255. The bilinear filter of Pillow
    widens with the reduction, so that a 12-megapixel photo and its thumbnail give the same input.
    """
    side = min(photo.size)
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    box = (left, top, left + side, top + side)
    return np.asarray(photo.resize((size, size), Image.Resampling.BILINEAR, box=box))
