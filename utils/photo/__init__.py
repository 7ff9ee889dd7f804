"""Photos as they come in, made safe: whole, upright, in sRGB, and free of metadata."""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image

from constants import KEPT_PHOTO_SIDE, MAX_PHOTO_BYTES, QualityIssue
from utils.photo.colour import ColourError, Deep, eight_bits
from utils.photo.errors import (
    PhotoAnimatedError,
    PhotoError,
    PhotoTooLargeError,
    PhotoTooSmallError,
    PhotoUnreadableError,
)
from utils.photo.formats import reader_of
from utils.photo.jpeg import read_jpeg
from utils.photo.picture import Picture

__all__ = [
    "NormalisedPhoto",
    "PhotoAnimatedError",
    "PhotoError",
    "PhotoTooLargeError",
    "PhotoTooSmallError",
    "PhotoUnreadableError",
    "decode",
    "encode",
    "is_intact_jpeg",
    "normalise",
]

JPEG_QUALITY = 90
WHITE = (255, 255, 255)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# The own limit is checked before anything is decoded.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class NormalisedPhoto:
    """`image`: upright RGB in sRGB; `issues`: those of `FILE_ISSUES` that it has."""

    image: Image.Image
    issues: tuple[QualityIssue, ...] = ()


def normalise(content: bytes) -> NormalisedPhoto:
    """Return the photo in an uploaded file, its longest side at most KEPT_PHOTO_SIDE.

    Raises PhotoError.
    """
    if len(content) > MAX_PHOTO_BYTES:
        raise PhotoTooLargeError(
            f"The photo is larger than {MAX_PHOTO_BYTES // 1024**2} MB. Send a smaller copy."
        )
    read = reader_of(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _normalised(read(content))
    except PhotoError:
        raise
    # Decoders raise almost anything on hostile files; none of it is the service's fault.
    except Exception as error:
        raise PhotoUnreadableError.damaged() from error


def encode(photo: Image.Image) -> bytes:
    """Return the photo as JPEG, without metadata."""
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def decode(content: bytes) -> Image.Image:
    """Return a photo that `encode` wrote."""
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as photo:
        photo.load()
        return photo


def is_intact_jpeg(content: bytes) -> bool:
    """Return whether it is a whole JPEG, such as `encode` writes."""
    try:
        read_jpeg(content)
    except Exception:  # noqa: BLE001 - see `normalise`
        return False
    return True


def _normalised(picture: Picture) -> NormalisedPhoto:
    issues = [] if picture.is_verified else [QualityIssue.UNVERIFIED]
    pixels = picture.pixels
    if isinstance(pixels, Image.Image):
        pixels = _shrunk(_flattened(pixels))
    image, is_known = _in_srgb(pixels, picture)
    if not is_known:
        issues.append(QualityIssue.COLOURS_UNKNOWN)
    image = _shrunk(image)
    if picture.orientation in TURNS:
        image = image.transpose(TURNS[picture.orientation])
    # EXIF, GPS, XMP, comments, profiles and thumbnails live in `info`.
    image.info = {}
    return NormalisedPhoto(image, tuple(issues))


def _flattened(pixels: Image.Image) -> Image.Image:
    """L, RGB or CMYK with eight bits; on white where it was transparent."""
    if pixels.mode.startswith("I"):
        pixels = Image.fromarray((np.asarray(pixels) >> 8).astype(np.uint8))
    if not pixels.has_transparency_data:
        return (
            pixels
            if pixels.mode in ("L", "CMYK")
            else pixels.convert("L" if pixels.mode == "1" else "RGB")
        )
    is_grey = pixels.mode in ("L", "LA", "La")
    ground = Image.new("RGBA", pixels.size, WHITE)
    flat = Image.alpha_composite(ground, pixels.convert("RGBA"))
    return flat.convert("L" if is_grey else "RGB")


def _shrunk(pixels: Image.Image) -> Image.Image:
    if max(pixels.size) > KEPT_PHOTO_SIDE:
        pixels.thumbnail((KEPT_PHOTO_SIDE, KEPT_PHOTO_SIDE), Image.Resampling.LANCZOS)
    return pixels


def _in_srgb(pixels: Image.Image | Deep, picture: Picture) -> tuple[Image.Image, bool]:
    """Return the pixels by the first description that can be used, and whether there is one."""
    for space in picture.colours:
        try:
            return space.to_srgb(pixels), True
        except ColourError:
            continue
    return eight_bits(pixels).convert("RGB"), not picture.colours
