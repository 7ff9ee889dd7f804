"""PNG: the chunks that make the picture, checked; and those that describe its colours."""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from utils.photo.colour import (
    BT709,
    CodePoints,
    ColourSpace,
    IccProfile,
    Unknown,
    gamma_space,
)
from utils.photo.errors import PhotoAnimatedError, PhotoUnreadableError
from utils.photo.exif import read_exif
from utils.photo.picture import Picture, require_size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
COLOURS = (b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM")
FRAMES, EXIF = b"acTL", b"eXIf"
MAX_PROFILE_BYTES = 4 * 1024 * 1024
GAMMA_UNIT = 100_000
# Written for decades by programs that mean sRGB.
USUAL_GAMMA = 45_455
RGB_MATRIX = 0

Chunks = dict[bytes, bytes]


def read_png(content: bytes) -> Picture:
    """Decode a PNG; a checksum that is wrong in the pixels is damage. Raises PhotoError."""
    kept, described = [SIGNATURE], dict[bytes, bytes]()
    for kind, chunk, is_whole in _chunks(content):
        if kind in PIXELS:
            if not is_whole:
                raise PhotoUnreadableError.damaged()
            kept.append(chunk)
        elif is_whole or kind in COLOURS:
            # Broken colours are still told of: they are not the usual ones.
            described.setdefault(kind, chunk[8:-4] if is_whole else b"")
    if kept[-1][4:8] != b"IEND":
        raise PhotoUnreadableError.damaged()
    if int.from_bytes(described.get(FRAMES, b"")[:4]) > 1:
        raise PhotoAnimatedError
    with Image.open(io.BytesIO(b"".join(kept)), formats=("PNG",)) as pixels:
        require_size(*pixels.size)
        pixels.load()
    exif = read_exif(described.get(EXIF, b""))
    return Picture(pixels, tuple(_colours(described)), exif.orientation)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yield kind, bytes and whether the checksum fits, of each chunk that is there in full."""
    place = len(SIGNATURE)
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        chunk = content[place : place + length + 12]
        if len(chunk) < length + 12:
            return
        yield kind, chunk, zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:])
        if kind == b"IEND":
            return
        place += length + 12


def _colours(chunks: Chunks) -> Iterator[ColourSpace]:
    """Yield what the chunks say, in the order of precedence of PNG (third edition, 4.3)."""
    if (numbers := chunks.get(b"cICP")) is not None:
        yield _code_points(numbers)
    if (profile := chunks.get(b"iCCP")) is not None:
        yield _profile(profile)
    if b"sRGB" in chunks:
        yield CodePoints(1, 13)
    elif b"gAMA" in chunks or b"cHRM" in chunks:
        yield _gamma(chunks.get(b"gAMA"), chunks.get(b"cHRM"))


def _code_points(numbers: bytes) -> ColourSpace:
    if len(numbers) != 4 or numbers[2] != RGB_MATRIX or numbers[3] > 1:
        return Unknown()
    return CodePoints(numbers[0], numbers[1], is_full_range=numbers[3] == 1)


def _profile(chunk: bytes) -> ColourSpace:
    """Name, zero, method, then the profile, compressed."""
    packed = chunk.partition(b"\0")[2][1:]
    try:
        return IccProfile(zlib.decompressobj().decompress(packed, MAX_PROFILE_BYTES))
    except zlib.error:
        return Unknown()


def _gamma(gamma: bytes | None, chromaticities: bytes | None) -> ColourSpace:
    """The chunks hold whole numbers of 1 / 100,000; cHRM has the white first."""
    if (gamma is not None and len(gamma) != 4) or len(chromaticities or bytes(32)) != 32:
        return Unknown()
    exponent = int.from_bytes(gamma) if gamma else USUAL_GAMMA
    points = struct.unpack(">8I", chromaticities) if chromaticities else ()
    white, red, green, blue = (
        ((points[i] / GAMMA_UNIT, points[i + 1] / GAMMA_UNIT) for i in (0, 2, 4, 6))
        if points
        else (BT709[3], *BT709[:3])
    )
    if exponent == 0:
        return Unknown()
    return gamma_space(GAMMA_UNIT / exponent, (red, green, blue, white))
