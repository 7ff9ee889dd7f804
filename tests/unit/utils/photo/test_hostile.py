"""Small files that are made to keep a reader busy, or to fill its memory."""

import io
import struct

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import MAX_PHOTO_BYTES
from utils.photo import PhotoUnreadableError, isobmff, normalise
from utils.photo.jpeg import SCAN, _segments

PHOTO = skin_photo((128, 96))


def test_a_long_run_of_fill_bytes_is_read_once() -> None:
    """It took the square of its length: months for a file of the largest size."""
    with pytest.raises(PhotoUnreadableError):
        normalise(b"\xff\xd8".ljust(MAX_PHOTO_BYTES, b"\xff"))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_fill_bytes_are_no_part_of_the_picture(options: dict[str, int]) -> None:
    content = jpeg(PHOTO, **options)
    segments = (b"\xff" * 9 + segment for _, segment in _segments(content))
    padded = b"".join((b"\xff\xd8", *segments, b"\xff" * 9, b"\xff\xd9"))
    assert np.array_equal(np.asarray(normalise(padded).image), np.asarray(normalise(content).image))


def test_refuses_a_jpeg_of_many_scans() -> None:
    """Each takes the time of the whole picture."""
    segments = list(_segments(jpeg(Image.new("L", (6000, 6000)), progressive=True)))
    scans = [segment for marker, segment in segments if marker == SCAN]
    head = b"".join(segment for _, segment in segments)
    with pytest.raises(PhotoUnreadableError):
        normalise(b"\xff\xd8" + head + scans[1] * 100_000 + b"\xff\xd9")


def test_refuses_tiles_that_all_claim_the_whole_file() -> None:
    with pytest.raises(PhotoUnreadableError):
        normalise(with_shared_data(tiled_heic(), 1_000_000))


def test_passes_as_many_tiles_of_their_own() -> None:
    assert normalise(tiled_heic()).issues == ()


def tiled_heic() -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(PHOTO.resize((512, 512))).save(buffer, quality=90, tile_size=64)
    return buffer.getvalue()


def with_shared_data(content: bytes, length: int) -> bytes:
    """Return the file with all of its tiles in one place, where there is no picture."""
    start = content.index(b"iloc") + 4
    # Behind version, flags, sizes and count, for each item: number, method, source, count of
    # extents, and where the only one begins and how long it is.
    entry = struct.Struct(">HHHHII")
    count = int.from_bytes(content[start + 6 : start + 8])
    changed = bytearray(content)
    for place in range(start + 8, start + 8 + count * entry.size, entry.size):
        number, method, *others, _, _ = entry.unpack_from(content, place)
        if method == 0:
            entry.pack_into(changed, place, number, method, *others, len(content), length)
    return bytes(changed) + b"\0\0\0\1z" * (length // 5)


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(struct.pack(">BxxxBBI", 2, 0, 0, 0xFFFFFFFF), id="items"),
        pytest.param(
            struct.pack(">BxxxBBIIHHH", 2, 0, 0, 1, 1, 0, 0, 0xFFFF), id="extents of an item"
        ),
    ],
)
def test_does_not_count_to_what_a_table_says(table: bytes) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        isobmff._places(table)
