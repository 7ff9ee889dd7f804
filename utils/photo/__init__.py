"""Normalisation of uploaded photos: complete, upright, in sRGB and without metadata."""

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
    "ERRORS",
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
    "require_bytes",
]

JPEG_QUALITY = 90
WHITE = (255, 255, 255)
SCALABLE = ("L", "LA", "RGB", "RGBA", "CMYK")
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

ERRORS: dict[str, type[PhotoError]] = {
    kind.__name__: kind
    for kind in (PhotoAnimatedError, PhotoTooLargeError, PhotoTooSmallError, PhotoUnreadableError)
}
"""The errors of `normalise` by name."""

# `require_size` checks the limit of the service before a picture is decoded.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class NormalisedPhoto:
    """An upright RGB image in sRGB, and its issues from `FILE_ISSUES`."""

    image: Image.Image
    issues: tuple[QualityIssue, ...] = ()


def normalise(content: bytes) -> NormalisedPhoto:
    """Return the photo in an uploaded file, with the longest side at most KEPT_PHOTO_SIDE pixels.

    Raise PhotoError.
    """
    require_bytes(content)
    read = reader_of(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _normalised(read(content))
    except PhotoError:
        raise
    except MemoryError as error:
        raise PhotoTooLargeError(
            "The picture takes too much memory to decode. Send a smaller copy, or a JPEG."
        ) from error
    # Decoders raise almost any exception on hostile files. None of them is an error of the service.
    except Exception as error:
        raise PhotoUnreadableError.damaged() from error


def require_bytes(content: bytes) -> None:
    """Raise PhotoTooLargeError if the file has more bytes than are accepted."""
    if len(content) > MAX_PHOTO_BYTES:
        raise PhotoTooLargeError(
            f"The photo is larger than {MAX_PHOTO_BYTES // 1024**2} MB. Send a smaller copy."
        )


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
    """Return whether the content is a complete JPEG, such as `encode` writes."""
    try:
        read_jpeg(content)
    except Exception:  # noqa: BLE001 - see `normalise`
        return False
    return True


def _normalised(picture: Picture) -> NormalisedPhoto:
    issues = [] if picture.is_verified else [QualityIssue.UNVERIFIED]
    pixels = picture.pixels
    if isinstance(pixels, Image.Image):
        # Flattening takes several times the memory of the pixels.
        pixels = _flattened(_shrunk(pixels))
    image, is_known = _in_srgb(pixels, picture)
    if not is_known:
        issues.append(QualityIssue.COLOURS_UNKNOWN)
    image = _shrunk(image)
    if picture.orientation in TURNS:
        image = image.transpose(TURNS[picture.orientation])
    # `info` has EXIF, GPS, XMP, comments, profiles and thumbnails.
    image.info = {}
    return NormalisedPhoto(image, tuple(issues))


def _flattened(pixels: Image.Image) -> Image.Image:
    """Return the picture as L, RGB or CMYK with eight bits, with transparency on white."""
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
        if pixels.mode not in SCALABLE:
            pixels = _flattened(pixels)
        pixels.thumbnail((KEPT_PHOTO_SIDE, KEPT_PHOTO_SIDE), Image.Resampling.LANCZOS)
    return pixels


def _in_srgb(pixels: Image.Image | Deep, picture: Picture) -> tuple[Image.Image, bool]:
    """Return the pixels in sRGB, and whether their colours are known.

    The first colour description that can be used is applied. Without any description, the colours
    count as sRGB.
    """
    for space in picture.colours:
        try:
            return space.to_srgb(pixels), True
        except ColourError:
            continue
    return eight_bits(pixels).convert("RGB"), not picture.colours
