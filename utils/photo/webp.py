"""WebP: decoding with detection of damage."""

import io
import struct
from collections.abc import Iterator

from PIL import Image

from constants import MAX_WEBP_PIXELS
from utils.photo.colour import ColourSpace, IccProfile
from utils.photo.errors import PhotoAnimatedError, PhotoUnreadableError
from utils.photo.exif import read_exif
from utils.photo.picture import Picture, require_size

RIFF, WEBP, EXTENDED, FRAME = b"RIFF", b"WEBP", b"VP8X", b"ANMF"
ALPHA, LOSSY, LOSSLESS = b"ALPH", b"VP8 ", b"VP8L"
PIXELS = (ALPHA, LOSSY, LOSSLESS)
PROFILE, EXIF = b"ICCP", b"EXIF"
ALPHA_FLAG = 0x10
FRAME_HEADER = 16
# The encoder pads the end of its data by up to three bytes. The decoder needs all other bytes.
NEEDED_TAIL = 8

Chunk = tuple[bytes, bytes]


def read_webp(content: bytes) -> Picture:
    """Decode a WebP. Raise PhotoError, also if the decoder does not need the last bytes."""
    # libwebp reports data that end too early, but decodes wrong bytes to a wrong picture without a
    # message. Its arithmetic decoder then loses synchronisation and reaches the end of the picture
    # before the end of the data. An intact picture cannot be decoded without its last bytes, a
    # damaged picture mostly can.
    chunks = list(_chunks(content[12:]))
    frames = [data for kind, data in chunks if kind == FRAME]
    if len(frames) > 1:
        raise PhotoAnimatedError
    within = _chunks(frames[0][FRAME_HEADER:]) if frames else chunks
    pixels = [(kind, data) for kind, data in within if kind in PIXELS]
    # A decoder takes the first of several pictures.
    if [kind for kind, _ in pixels if kind != ALPHA] != [pixels[-1][0]]:
        raise PhotoUnreadableError.damaged()
    require_size(*_size(*pixels[-1]), MAX_WEBP_PIXELS)
    # In this order, because two decoded pictures take twice the memory.
    if _can_be_decoded(_without_end(pixels)):
        raise PhotoUnreadableError.damaged()
    picture = _decoded(pixels)
    described = dict(chunks)
    profile = described.get(PROFILE)
    colours: tuple[ColourSpace, ...] = () if profile is None else (IccProfile(profile),)
    return Picture(picture, colours, read_exif(described.get(EXIF, b"")).orientation)


def _chunks(content: bytes) -> Iterator[Chunk]:
    """Yield type and data of each chunk; the last one may be incomplete."""
    place = 0
    while place + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, place)
        yield kind, content[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def _size(kind: bytes, data: bytes) -> tuple[int, int]:
    """Return width and height from the header of the coded picture (RFC 9649, 2.5 and 2.6)."""
    # Pillow allocates the memory for a picture when it opens the file.
    if kind == LOSSLESS:
        (bits,) = struct.unpack_from("<I", data, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", data, 6)
    return width & 0x3FFF, height & 0x3FFF


def _decoded(pixels: list[Chunk]) -> Image.Image:
    with Image.open(io.BytesIO(_file(pixels)), formats=("WEBP",)) as picture:
        picture.load()
        return picture


def _can_be_decoded(pixels: list[Chunk]) -> bool:
    try:
        _decoded(pixels)
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def _without_end(pixels: list[Chunk]) -> list[Chunk]:
    *others, (kind, data) = pixels
    return [*others, (kind, data[:-NEEDED_TAIL])]


def _file(pixels: list[Chunk]) -> bytes:
    """Return a file with only the picture, so that metadata cannot make it unreadable."""
    body = b"".join(_chunk(kind, data) for kind, data in pixels)
    if pixels and pixels[0][0] == ALPHA:
        body = _extended_header(pixels[-1][1]) + body
    return RIFF + struct.pack("<I", len(body) + 4) + WEBP + body


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _extended_header(lossy: bytes) -> bytes:
    """Return the extended header that a lossy picture with transparency needs."""
    # It repeats the width and the height, minus one, in three bytes each.
    width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", lossy, 6))
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _chunk(EXTENDED, bytes((ALPHA_FLAG, 0, 0, 0)) + sides)
