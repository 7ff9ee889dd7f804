"""A decoded picture before normalisation."""

from dataclasses import dataclass

from PIL import Image

from constants import MAX_SIDE_RATIO, MAX_UNREDUCED_PIXELS, MIN_PHOTO_SIDE
from utils.photo.colour import ColourSpace, Deep
from utils.photo.errors import PhotoTooLargeError, PhotoTooSmallError


@dataclass(frozen=True)
class Picture:
    """A decoded picture.

    - `pixels`: as the file stores them, in any mode, with more than eight bits where it has them.
    - `colours`: the colour descriptions of the file, by precedence; empty if it has none.
    - `orientation`: the value of the EXIF tag, 1 to 8; the pixels are not yet rotated.
    - `is_verified`: whether damage would have been detected.
    """

    pixels: Image.Image | Deep
    colours: tuple[ColourSpace, ...] = ()
    orientation: int = 1
    is_verified: bool = True


def require_size(width: int, height: int, limit: int = MAX_UNREDUCED_PIXELS) -> None:
    """Check the size, in pixels, of a picture that is not decoded yet; at most `limit` in all.

    Raise PhotoTooLargeError, PhotoTooSmallError.
    """
    # The memory of a decoder grows with the pixels, however small the file is.
    if width * height > limit:
        raise PhotoTooLargeError(
            f"The picture has more than {limit // 1_000_000} megapixels, the limit for its kind of "
            "file. Send a smaller copy."
        )
    if min(width, height) < MIN_PHOTO_SIDE:
        raise PhotoTooSmallError(
            f"The picture is {width} by {height} pixels; both sides must have at least "
            f"{MIN_PHOTO_SIDE}. Send the photo in its original size."
        )
    if max(width, height) > MAX_SIDE_RATIO * min(width, height):
        raise PhotoTooLargeError(
            f"The picture is {width} by {height} pixels; the longer side may have at most "
            f"{MAX_SIDE_RATIO} times the pixels of the shorter one. Send a part of it."
        )
