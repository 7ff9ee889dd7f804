"""Small files that are made to keep a reader busy, or to fill its memory."""

import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import MAX_PHOTO_BYTES
from utils.photo import PhotoTooLargeError, PhotoUnreadableError, isobmff, normalise
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


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that announces this size, and has no pixels."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IEND", b"")]
    parts = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def webp_header(width: int, height: int) -> bytes:
    """Return a lossless WebP that announces this size, in 38 bytes."""
    bits = (width - 1) | (height - 1) << 14
    data = b"\x2f" + struct.pack("<I", bits) + bytes(13)
    return b"RIFF" + struct.pack("<I", len(data) + 12) + b"WEBPVP8L" + struct.pack("<I", 18) + data


def jpeg_of(width: int, height: int, *, is_progressive: bool) -> bytes:
    """Return a JPEG that announces this size."""
    content = jpeg(PHOTO, progressive=is_progressive)
    size = struct.pack(">HH", PHOTO.height, PHOTO.width)
    return content.replace(size, struct.pack(">HH", height, width), 1)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(png_header(5001, 5000), id="PNG"),
        pytest.param(webp_header(4001, 4000), id="WebP"),
        pytest.param(jpeg_of(5001, 5000, is_progressive=True), id="progressive JPEG"),
        pytest.param(jpeg_of(7072, 7071, is_progressive=False), id="JPEG"),
    ],
)
def test_refuses_more_pixels_than_the_format_may_have(content: bytes) -> None:
    with pytest.raises(PhotoTooLargeError, match="megapixels"):
        normalise(content)


@pytest.mark.parametrize("size", [(64 * 20 + 1, 64), (64, 64 * 20 + 1)])
def test_refuses_stripes(size: tuple[int, int]) -> None:
    with pytest.raises(PhotoTooLargeError, match="longer side"):
        normalise(jpeg(Image.new("RGB", size)))


def test_passes_a_long_picture() -> None:
    assert normalise(jpeg(PHOTO.resize((64 * 20, 64)))).image.size == (1280, 64)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "I;16"])
def test_a_large_picture_with_transparency_or_depth_is_shrunk_too(mode: str) -> None:
    buffer = io.BytesIO()
    picture = Image.new("I;16" if mode == "I;16" else "LA" if mode == "LA" else "RGBA", (2100, 300))
    (picture.convert("P") if mode == "P" else picture).save(buffer, "PNG")
    found = normalise(buffer.getvalue()).image
    assert (found.mode, found.size) == ("RGB", (2048, 293))
    # Transparent pixels are on white.
    assert found.getpixel((0, 0)) == ((0, 0, 0) if mode == "I;16" else (255, 255, 255))


def test_refuses_a_webp_with_a_second_picture_behind_the_first() -> None:
    """The size of the last one was checked, and the first one was decoded."""
    large, small = webp_header(16_000, 16_000), webp_header(100, 100)
    body = large[12:] + small[12:]
    with pytest.raises(PhotoUnreadableError):
        normalise(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)
