"""HEIC: pictures of phones in H.265, and whether the decoder needed all of their data."""

import io
import struct
from collections.abc import Iterator, Mapping

import numpy as np
import pillow_heif
from PIL import Image

from utils.photo.colour import CodePoints, ColourSpace, IccProfile, Unknown
from utils.photo.errors import PhotoUnreadableError
from utils.photo.picture import Picture, require_size

# ITU-T H.273, table 4, as far as libheif can undo it: the others would give false colours.
MATRICES = (0, 1, 2, 4, 5, 6, 7, 8, 9, 12)
THUMBNAIL_CELLS = 12
MAX_CELL_DIFFERENCE = 28.0
"""Grey levels, between the mean of a cell of the picture and that of its thumbnail."""
ALTERED_TAIL = 16
BLOCK = 64
"""The largest coding block of H.265."""


def read_heif(content: bytes) -> Picture:
    """Decode the primary picture of a HEIC file, turned as the file says.

    The decoder conceals whatever it cannot read. So the picture is compared with its thumbnail; or,
    where there is none, with what comes out when its last bytes are altered: in a whole picture
    only the last block changes, while a decoder that has lost step reaches the last block before
    the last byte, or long after it. Raises PhotoError.
    """
    image = _open(content)
    require_size(*image.size)
    pixels = _pixels(image)
    is_damaged = _differs_from_thumbnail(image, pixels)
    if is_damaged is None:
        is_damaged = _has_lost_step(content, pixels)
    if is_damaged:
        raise PhotoUnreadableError.damaged()
    return Picture(pixels, _colours(image.info), is_verified=is_damaged is not None)


def _open(content: bytes) -> pillow_heif.HeifImage:
    file = pillow_heif.open_heif(io.BytesIO(content))
    return file[file.primary_index]


def _pixels(image: pillow_heif.HeifImage | pillow_heif.heif.HeifThumbnail) -> Image.Image:
    # Not `to_pillow`, which reads metadata, and fails where they are broken.
    image.load()
    return Image.frombytes(image.mode, image.size, image.data, "raw", image.mode, image.stride)


def _colours(info: Mapping[str, object]) -> tuple[ColourSpace, ...]:
    found: list[ColourSpace] = []
    if isinstance(profile := info.get("icc_profile"), bytes):
        found.append(IccProfile(profile))
    if isinstance(numbers := info.get("nclx_profile"), dict):
        is_known = numbers["matrix_coefficients"] in MATRICES
        # The decoder has undone the matrix and the range.
        points = CodePoints(numbers["color_primaries"], numbers["transfer_characteristics"])
        found.append(points if is_known else Unknown())
    return tuple(found)


def _differs_from_thumbnail(image: pillow_heif.HeifImage, pixels: Image.Image) -> bool | None:
    """Return whether any cell of the two differs; None without a thumbnail of the same frame."""
    if not image.info["thumbnails"]:
        return None
    thumbnail = _pixels(image.get_thumbnail(0))
    # One that was cut or has bars shows another frame.
    if abs(thumbnail.width * pixels.height / (thumbnail.height * pixels.width) - 1) > 0.02:
        return None
    cells = [
        np.asarray(
            picture.convert("L").resize((THUMBNAIL_CELLS,) * 2, Image.Resampling.BOX), np.float32
        )
        for picture in (thumbnail, pixels)
    ]
    return bool(np.abs(cells[0] - cells[1]).max() > MAX_CELL_DIFFERENCE)


def _has_lost_step(content: bytes, pixels: Image.Image) -> bool | None:
    """Return whether other bytes than those of the last block are the last; None where the picture
    is not in one piece.
    """
    end = _end_of_data(content)
    if end is None:
        return None
    altered = bytearray(content)
    for place in range(end - ALTERED_TAIL, end):
        altered[place] ^= 0x55
    try:
        others = np.asarray(_pixels(_open(bytes(altered))))
    except (OSError, RuntimeError, ValueError):
        return None
    changed = np.count_nonzero((np.asarray(pixels) != others).any(axis=-1))
    return not 0 < changed <= BLOCK * BLOCK


def _end_of_data(content: bytes) -> int | None:
    """Return where the last slice of the primary picture ends; None where it is a grid of tiles."""
    meta = next((b for b in _boxes(content, 0, len(content)) if b[0] == b"meta"), None)
    if meta is None:
        return None
    boxes = {kind: content[start:end] for kind, start, end in _boxes(content, meta[1] + 4, meta[2])}
    try:
        wide = boxes[b"pitm"][0] > 0
        primary = int.from_bytes(boxes[b"pitm"][4 : 8 if wide else 6])
        extents = _extents(boxes[b"iloc"]).get(primary)
    except (IndexError, KeyError, struct.error):
        return None
    return _end_of_slice(content, *extents) if extents else None


def _boxes(content: bytes, place: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the body of each box (ISO/IEC 14496-12, 4.2)."""
    while place + 8 <= end:
        size, kind = struct.unpack_from(">I4s", content, place)
        header = 8
        if size == 1:
            size, header = int.from_bytes(content[place + 8 : place + 16]), 16
        stop = place + size if size else end
        if stop < place + header or stop > end:
            return
        yield kind, place + header, stop
        place = stop


def _extents(iloc: bytes) -> dict[int, tuple[int, int]]:
    """Return start and end of each item that lies in the file in one piece (8.11.3)."""
    version, sizes, base_sizes = iloc[0], iloc[4], iloc[5]
    id_size = 4 if version == 2 else 2
    place, found = 6 + id_size, dict[int, tuple[int, int]]()

    def take(size: int) -> int:
        nonlocal place
        place += size
        return int.from_bytes(iloc[place - size : place])

    for _ in range(int.from_bytes(iloc[6:place])):
        item = take(id_size)
        method = take(2) & 15 if version else 0
        take(2)
        base = take(base_sizes >> 4)
        parts = []
        for _ in range(take(2)):
            take(base_sizes & 15 if version else 0)
            offset = base + take(sizes >> 4)
            parts.append((offset, offset + take(sizes & 15)))
        if method == 0 and len(parts) == 1:
            found[item] = parts[0]
    return found


def _end_of_slice(content: bytes, place: int, end: int) -> int | None:
    """Return where the last slice among the units of an item ends, each with a length of 4 bytes
    before it; padding is not counted.
    """
    last = None
    while place + 6 <= end <= len(content):
        length, kind = int.from_bytes(content[place : place + 4]), content[place + 4] >> 1 & 63
        place += 4 + length
        if kind < 32 and place <= end:
            start = place - length
            last = start + len(content[start:place].rstrip(b"\0\3"))
    return last
