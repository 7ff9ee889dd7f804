"""A decoded picture before normalisation."""

from dataclasses import dataclass

from PIL import Image

from constants import MAX_PHOTO_PIXELS, MIN_PHOTO_SIDE
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


def require_size(width: int, height: int) -> None:
    """Check the size, in pixels, of a picture that is not decoded yet.

    Raise PhotoTooLargeError, PhotoTooSmallError.
    """
    if width * height > MAX_PHOTO_PIXELS:
        raise PhotoTooLargeError(
            f"The picture has more than {MAX_PHOTO_PIXELS // 1_000_000} megapixels. "
            "Send a smaller copy."
        )
    if min(width, height) < MIN_PHOTO_SIDE:
        raise PhotoTooSmallError(
            f"The picture is {width} by {height} pixels; both sides must have at least "
            f"{MIN_PHOTO_SIDE}. Send the photo in its original size."
        )
