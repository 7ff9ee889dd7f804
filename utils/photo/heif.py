"""HEIC: decoding of pictures in H.265, and detection of damage."""

import io
import struct
from collections.abc import Mapping

import numpy as np
import pillow_heif
from PIL import Image

from utils.photo import hevc, isobmff
from utils.photo.colour import CodePoints, ColourSpace, Deep, IccProfile, Unknown
from utils.photo.errors import PhotoUnreadableError
from utils.photo.picture import Picture, require_size

# The matrices of ITU-T H.273, table 4, that libheif can invert. Others would give wrong colours.
MATRICES = (0, 1, 2, 4, 5, 6, 7, 8, 9, 12)


def read_heif(content: bytes) -> Picture:
    """Return the primary picture of a HEIC file, with its rotation applied. Raise PhotoError."""
    file = pillow_heif.open_heif(io.BytesIO(content), convert_hdr_to_8bit=False)
    image = file[file.primary_index]
    require_size(*image.size)
    is_damaged = _is_damaged(content)
    if is_damaged:
        raise PhotoUnreadableError.damaged()
    return Picture(_pixels(image), _colours(image.info), is_verified=is_damaged is not None)


def _pixels(image: pillow_heif.HeifImage) -> Image.Image | Deep:
    """Return the pixels, with more than eight bits if the file has them."""
    # High dynamic range has only a third of the code values for skin tones: eight bits are too few.
    # `to_pillow` is not used, because it reads metadata and fails if they are broken.
    image.load()
    if image.mode == "RGB;16":
        return np.asarray(image)
    if image.mode == "I;16":
        return Image.fromarray(np.asarray(image))
    if image.mode == "RGBA;16":
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return Image.frombytes(image.mode, image.size, image.data, "raw", image.mode, image.stride)


def _is_damaged(content: bytes) -> bool | None:
    """Return whether any part of the picture is damaged, None if this cannot be determined."""
    try:
        pictures = isobmff.coded_units(content)
    except (IndexError, KeyError, StopIteration, ValueError, struct.error):
        return None
    found = [hevc.is_damaged(units) for units in pictures]
    return any(found) if found and None not in found else None


def _colours(info: Mapping[str, object]) -> tuple[ColourSpace, ...]:
    found: list[ColourSpace] = []
    if isinstance(profile := info.get("icc_profile"), bytes):
        found.append(IccProfile(profile))
    if isinstance(numbers := info.get("nclx_profile"), dict):
        is_known = numbers["matrix_coefficients"] in MATRICES
        # The decoder has already inverted the matrix and the range.
        points = CodePoints(numbers["color_primaries"], numbers["transfer_characteristics"])
        found.append(points if is_known else Unknown())
    return tuple(found)
