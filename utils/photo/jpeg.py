"""JPEG: selection of the segments of the picture, and decoding with detection of damage."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import simplejpeg
from PIL import Image, ImageChops

from constants import KEPT_PHOTO_SIDE, MAX_PHOTO_PIXELS, MAX_UNREDUCED_PIXELS
from utils.photo.colour import ADOBE_RGB, ColourSpace, IccProfile, Unknown
from utils.photo.errors import PhotoUnreadableError
from utils.photo.exif import Exif, read_exif
from utils.photo.picture import Picture, require_size

SIGNATURE = b"\xff\xd8\xff"
START, END = b"\xff\xd8", b"\xff\xd9"
APP0, APP1, APP2, APP14, SCAN = 0xE0, 0xE1, 0xE2, 0xEE, 0xDA
TABLES = (0xC4, 0xCC, 0xDB, 0xDC, 0xDD)
FRAMES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)
PROGRESSIVE = (0xC2, 0xCA)
NO_LENGTH = (0x01, *range(0xD0, 0xD8))
EXIF_HEADER, ICC_HEADER = b"Exif\0", b"ICC_PROFILE\0"
# A scan ends at a marker that is neither an escaped 0xFF nor a restart. The pattern matches the
# last of several 0xFF: one for any number of them would try a long run from each of its bytes.
MARKER_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
CMYK = 4
# Programs write up to twenty scans. Each scan, even one of 25 bytes, passes over the whole picture:
# a small file with thousands of scans would take hours.
MAX_SCANS = 100


@dataclass
class _Parts:
    """The segments by purpose.

    `kept` has all segments that a decoder needs; `frame` is height, width and number of components.
    """

    kept: list[bytes] = field(default_factory=list)
    exif: bytes = b""
    profile: list[bytes] = field(default_factory=list)
    frame: tuple[int, int, int] | None = None
    is_progressive: bool = False
    is_inverted: bool = False
    scans: int = 0


def read_jpeg(content: bytes) -> Picture:
    """Decode a JPEG, at a reduced scale if that is enough. Raise PhotoError.

    A picture is refused if the decoder reports any problem.
    """
    # The reduced scale is several times as fast. Pillow is not used: it fills in missing parts
    # without a message.
    parts = _parts(content)
    if parts.frame is None:
        raise PhotoUnreadableError.damaged()
    # The coefficients of a picture in several scans are all in memory, at whatever scale it is
    # decoded.
    has_scans = parts.is_progressive or parts.scans > 1
    limit = MAX_UNREDUCED_PIXELS if has_scans else MAX_PHOTO_PIXELS
    require_size(parts.frame[1], parts.frame[0], limit)
    exif = read_exif(parts.exif)
    pixels = _decoded(b"".join((START, *parts.kept, END)), parts)
    return Picture(pixels, _colours(parts, exif), exif.orientation)


def _parts(content: bytes) -> _Parts:
    """Return the segments of the first picture by purpose."""
    # Segments that only describe the picture are not decoded: they cannot make it unreadable.
    parts = _Parts()
    for marker, segment in _segments(content):
        body = segment[4:]
        if marker in FRAMES:
            height, width, components = struct.unpack_from(">xHHB", body)
            parts.frame = height, width, components
            parts.is_progressive = marker in PROGRESSIVE
        if marker == APP1 and body.startswith(EXIF_HEADER):
            parts.exif = parts.exif or body
        elif marker == APP2 and body.startswith(ICC_HEADER):
            parts.profile.append(body[len(ICC_HEADER) :])
        elif marker == APP14:
            parts.is_inverted = body.startswith(b"Adobe")
        parts.scans += marker == SCAN
        if parts.scans > MAX_SCANS:
            raise PhotoUnreadableError.damaged()
        if marker in (APP0, APP14, SCAN, *TABLES, *FRAMES):
            parts.kept.append(segment)
    return parts


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and bytes of each segment, a scan with its data, up to the end of the picture.

    Raise PhotoUnreadableError if there is no end.
    """
    place = len(START)
    while True:
        # Some phones write padding between segments.
        found = MARKER_AFTER_SCAN.search(content, place)
        if found is None:
            raise PhotoUnreadableError.damaged()
        start, marker = found.end() - 2, content[found.end() - 1]
        if marker == END[1]:
            return
        if marker in NO_LENGTH:
            place = found.end()
            continue
        place = start + 2 + int.from_bytes(content[start + 2 : start + 4])
        if place < start + 4 or place > len(content):
            raise PhotoUnreadableError.damaged()
        if marker == SCAN:
            following = MARKER_AFTER_SCAN.search(content, place)
            place = following.start() if following else len(content)
        yield marker, content[start:place]


def _decoded(file: bytes, parts: _Parts) -> Image.Image:
    height, width, components = parts.frame or (0, 0, 0)
    scale = 1
    while max(width, height) / scale > KEPT_PHOTO_SIDE and scale < 8:
        scale *= 2
    pixels = simplejpeg.decode_jpeg(
        file,
        "CMYK" if components == CMYK else "GRAY" if components == 1 else "RGB",
        min_height=-(-height // scale),
        min_width=-(-width // scale),
        strict=True,
    )
    if components == 1:
        return Image.fromarray(pixels[..., 0])
    picture = Image.fromarray(pixels, "CMYK" if components == CMYK else "RGB")
    # Adobe's programs store CMYK inverted.
    return ImageChops.invert(picture) if components == CMYK and parts.is_inverted else picture


def _colours(parts: _Parts, exif: Exif) -> tuple[ColourSpace, ...]:
    if parts.profile:
        # Each part begins with its number and the number of parts.
        ordered = sorted(parts.profile, key=lambda part: part[:1])
        return (IccProfile(b"".join(part[2:] for part in ordered)),)
    if exif.is_adobe_rgb:
        return (ADOBE_RGB,)
    is_unknown = exif.is_uncalibrated or (parts.frame is not None and parts.frame[2] == CMYK)
    return (Unknown(),) if is_unknown else ()
