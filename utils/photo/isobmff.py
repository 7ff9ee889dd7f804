"""Parsing of HEIF files down to the coded data of the primary picture."""

import struct
from collections.abc import Iterator, Mapping

from constants import MAX_PHOTO_BYTES
from utils.photo.errors import PhotoUnreadableError

Boxes = Mapping[bytes, bytes]
HEADER = 8
FULL_HEADER = 4
"""Bytes of version and flags."""
# The limits of libheif. Without them, four bytes could request billions of iterations.
MAX_ITEMS, MAX_EXTENTS = 1000, 32


def coded_units(content: bytes) -> list[list[bytes]]:
    """Return the H.265 units of each picture that the primary picture consists of.

    The parameter sets come first, then the data. Photos of phones are grids of tiles, others are
    one picture. Return an empty list if the picture has another coding. Raise IndexError, KeyError,
    StopIteration, struct.error or ValueError for broken boxes, PhotoUnreadableError if the data are
    too long.
    """
    meta = dict(_boxes(next(body for kind, body in _boxes(content) if kind == b"meta")[4:]))
    primary = _numbers(meta[b"pitm"][FULL_HEADER:], 4 if meta[b"pitm"][0] else 2)
    configurations, places = _configurations(meta), _places(meta[b"iloc"])
    pictures = _parts(next(primary), _references(meta.get(b"iref", bytes(FULL_HEADER))))
    if not all(picture in configurations for picture in pictures):
        return []
    # Many tiles that all refer to the whole file would fill the memory.
    lengths = [len(configurations[picture]) + _length(places[picture]) for picture in pictures]
    if sum(lengths) > MAX_PHOTO_BYTES:
        raise PhotoUnreadableError.damaged()
    sources = {0: content, 1: meta.get(b"idat", b"")}
    return [
        _units(
            configurations[picture],
            b"".join(sources[source][start:end] for source, start, end in places[picture]),
        )
        for picture in pictures
    ]


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and body of each complete box (ISO/IEC 14496-12, 4.2)."""
    place = 0
    while place + HEADER <= len(content):
        size, kind = struct.unpack_from(">I4s", content, place)
        header = HEADER
        if size == 1:
            size, header = int.from_bytes(content[place + 8 : place + 16]), 16
        end = place + size if size else len(content)
        if end < place + header or end > len(content):
            return
        yield kind, content[place + header : end]
        place = end


def _numbers(content: bytes, size: int) -> Iterator[int]:
    for place in range(0, len(content) - size + 1, size):
        yield int.from_bytes(content[place : place + size])


def _references(iref: bytes) -> dict[int, list[int]]:
    """Return the parts of each derived picture, by id (ISO/IEC 14496-12, 8.11.12)."""
    size = 4 if iref[0] else 2
    found = {}
    for kind, body in _boxes(iref[FULL_HEADER:]):
        if kind == b"dimg":
            found[int.from_bytes(body[:size])] = list(_numbers(body[size + 2 :], size))
    return found


def _parts(picture: int, references: Mapping[int, list[int]]) -> list[int]:
    """Return the coded pictures below a picture, through all levels of derived pictures."""
    found, waiting = list[int](), [picture]
    seen = set(waiting)
    while waiting:
        item = waiting.pop()
        parts = references.get(item)
        if parts is None:
            found.append(item)
            continue
        waiting += set(parts) - seen
        seen.update(parts)
    return found


def _configurations(meta: Boxes) -> dict[int, bytes]:
    """Return the `hvcC` of each picture, by id (property associations, ISO/IEC 23008-12, 9.3)."""
    iprp = dict(_boxes(meta[b"iprp"]))
    properties, ipma = list(_boxes(iprp[b"ipco"])), iprp[b"ipma"]
    id_size, number_size = 4 if ipma[0] else 2, 2 if ipma[3] & 1 else 1
    is_essential = 0x8000 if number_size == 2 else 0x80
    found, place = {}, 8
    for _ in range(int.from_bytes(ipma[4:8])):
        item = int.from_bytes(ipma[place : place + id_size])
        count = ipma[place + id_size]
        place += id_size + 1
        numbers = list(_numbers(ipma[place : place + count * number_size], number_size))
        place += count * number_size
        for number in numbers:
            kind, body = properties[(number & ~is_essential) - 1]
            if kind == b"hvcC":
                found[item] = body
    return found


def _length(extents: list[tuple[int, int, int]]) -> int:
    return sum(end - start for _, start, end in extents)


def _places(iloc: bytes) -> dict[int, list[tuple[int, int, int]]]:
    """Return the extents of each item, by id (ISO/IEC 14496-12, 8.11.3).

    An extent is the source (1: the box `idat`), the start and the end.
    """
    version, sizes, base_sizes = iloc[0], iloc[4], iloc[5]
    id_size = 4 if version == 2 else 2
    place, found = 6, dict[int, list[tuple[int, int, int]]]()

    def take(size: int) -> int:
        nonlocal place
        place += size
        return int.from_bytes(iloc[place - size : place])

    for _ in range(_at_most(MAX_ITEMS, take(id_size))):
        item = take(id_size)
        source = take(2) & 15 if version else 0
        take(2)
        base, extents = take(base_sizes >> 4), []
        for _ in range(_at_most(MAX_EXTENTS, take(2))):
            take(base_sizes & 15 if version else 0)
            start = base + take(sizes >> 4)
            extents.append((source, start, start + take(sizes & 15)))
        found[item] = extents
    return found


def _at_most(limit: int, count: int) -> int:
    if count > limit:
        raise ValueError
    return count


def _units(configuration: bytes, data: bytes) -> list[bytes]:
    """Return the parameter sets of an `hvcC` (ISO/IEC 14496-15, 8.3.2) and the units of the data.

    Each unit follows its length.
    """
    units, place = [], 23
    for _ in range(configuration[22]):
        count = int.from_bytes(configuration[place + 1 : place + 3])
        place += 3
        for _ in range(count):
            length = int.from_bytes(configuration[place : place + 2])
            units.append(configuration[place + 2 : place + 2 + length])
            place += 2 + length
    size, place = (configuration[21] & 3) + 1, 0
    while place + size <= len(data):
        length = int.from_bytes(data[place : place + size])
        units.append(data[place + size : place + size + length])
        place += size + length
    return units
