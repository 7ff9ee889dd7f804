"""PNG: decoding with verified checksums, and the chunks that describe the colours."""

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
# Programs have written this value for sRGB for decades.
USUAL_GAMMA = 45_455
RGB_MATRIX = 0

Chunks = dict[bytes, bytes]


def read_png(content: bytes) -> Picture:
    """Decode a PNG. Raise PhotoError, also if a chunk of the picture has a wrong checksum."""
    kept, described = [SIGNATURE], dict[bytes, bytes]()
    for kind, chunk, is_whole in _chunks(content):
        if kind in PIXELS:
            if not is_whole:
                raise PhotoUnreadableError.damaged()
            kept.append(chunk)
        elif is_whole or kind in COLOURS:
            # A broken colour chunk is recorded as empty: the colours are then unknown.
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
    """Yield type, bytes, and whether the checksum is correct, of each complete chunk."""
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
    """Yield the colour descriptions by the precedence of PNG (third edition, 4.3)."""
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
    """Return the ICC profile of an `iCCP` chunk."""
    # The chunk has the name, a zero, the method and the compressed profile.
    packed = chunk.partition(b"\0")[2][1:]
    try:
        return IccProfile(zlib.decompressobj().decompress(packed, MAX_PROFILE_BYTES))
    except zlib.error:
        return Unknown()


def _gamma(gamma: bytes | None, chromaticities: bytes | None) -> ColourSpace:
    """Return the colour space of a `gAMA` and a `cHRM` chunk."""
    # The chunks have integers in units of 1 / 100,000. The white point comes first in cHRM.
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
