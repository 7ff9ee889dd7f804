"""Ways in which a file of a photo is damaged on its way, for measuring whether that is noticed."""

import struct
from collections.abc import Callable

from numpy.random import Generator

Damage = Callable[[bytes, Generator], bytes]

FLIPPED_BITS = 20
# The share of the file that goes missing.
LEAST, MOST = 0.02, 0.4
JPEG_END = b"\xff\xd9"
JPEG, RIFF = b"\xff\xd8", b"RIFF"


def zeroed(content: bytes, chance: Generator) -> bytes:
    """A stretch that was never written: a disk, or a download in parts."""
    start, end = _stretch(content, chance)
    return content[:start] + bytes(end - start) + content[end:]


def missing(content: bytes, chance: Generator) -> bytes:
    """A stretch that got lost; what follows moves up."""
    start, end = _stretch(content, chance)
    return content[:start] + content[end:]


def cut(content: bytes, chance: Generator) -> bytes:
    """The end never arrived."""
    return content[: _stretch(content, chance)[1]]


def cut_and_closed(content: bytes, chance: Generator) -> bytes:
    """The end never arrived, and something made the file look whole: an end marker in JPEG, a
    fitting length in WebP, zeros up to the old length in others.
    """
    rest = cut(content, chance)
    if rest.startswith(JPEG):
        return rest + JPEG_END
    if rest.startswith(RIFF):
        data = rest[20 : len(rest) - len(rest) % 2]
        sizes = [struct.pack("<I", size) for size in (len(data) + 12, len(data))]
        return RIFF + sizes[0] + rest[8:16] + sizes[1] + data
    return rest.ljust(len(content), b"\0")


def flipped(content: bytes, chance: Generator) -> bytes:
    """Single bits, anywhere behind the first."""
    damaged = bytearray(content)
    for _ in range(FLIPPED_BITS):
        damaged[int(chance.integers(12, len(damaged)))] ^= 1 << int(chance.integers(8))
    return bytes(damaged)


def _stretch(content: bytes, chance: Generator) -> tuple[int, int]:
    length = int(len(content) * chance.uniform(LEAST, MOST))
    start = int(chance.integers(12, len(content) - length - 16))
    return start, start + length


DAMAGES: dict[str, Damage] = {
    "zeroed": zeroed,
    "missing": missing,
    "cut": cut,
    "cut and closed": cut_and_closed,
    "20 bits flipped": flipped,
}
