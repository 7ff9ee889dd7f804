"""Damage to the files of photos, to measure whether it is detected."""

import struct
from collections.abc import Callable

from numpy.random import Generator

Damage = Callable[[bytes, Generator], bytes]

FLIPPED_BITS = 20
# The fraction of the file that is lost.
MIN_LOSS, MAX_LOSS = 0.02, 0.4
JPEG_END = b"\xff\xd9"
JPEG, RIFF = b"\xff\xd8", b"RIFF"


def zeroed(content: bytes, random: Generator) -> bytes:
    """Return the file with a range of zeros, as after a download in parts."""
    start, end = _damaged_range(content, random)
    return content[:start] + bytes(end - start) + content[end:]


def missing(content: bytes, random: Generator) -> bytes:
    """Return the file without a range of bytes."""
    start, end = _damaged_range(content, random)
    return content[:start] + content[end:]


def cut(content: bytes, random: Generator) -> bytes:
    """Return the file without its end."""
    return content[: _damaged_range(content, random)[1]]


def cut_and_closed(content: bytes, random: Generator) -> bytes:
    """Return the file without its end, made to look complete.

    By an end marker in JPEG, a consistent length in WebP, zeros up to the old length in others.
    """
    rest = cut(content, random)
    if rest.startswith(JPEG):
        return rest + JPEG_END
    if rest.startswith(RIFF):
        data = rest[20 : len(rest) - len(rest) % 2]
        sizes = [struct.pack("<I", size) for size in (len(data) + 12, len(data))]
        return RIFF + sizes[0] + rest[8:16] + sizes[1] + data
    return rest.ljust(len(content), b"\0")


def flipped(content: bytes, random: Generator) -> bytes:
    """Return the file with single bits flipped anywhere after the first 12 bytes."""
    damaged = bytearray(content)
    for _ in range(FLIPPED_BITS):
        damaged[int(random.integers(12, len(damaged)))] ^= 1 << int(random.integers(8))
    return bytes(damaged)


def _damaged_range(content: bytes, random: Generator) -> tuple[int, int]:
    length = int(len(content) * random.uniform(MIN_LOSS, MAX_LOSS))
    start = int(random.integers(12, len(content) - length - 16))
    return start, start + length


DAMAGES: dict[str, Damage] = {
    "zeroed": zeroed,
    "missing": missing,
    "cut": cut,
    "cut and closed": cut_and_closed,
    "20 bits flipped": flipped,
}
