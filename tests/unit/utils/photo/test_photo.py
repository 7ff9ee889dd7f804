"""Photos made safe."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from constants import KEPT_PHOTO_SIDE
from utils.photo import (
    PhotoAnimatedError,
    PhotoError,
    PhotoTooLargeError,
    PhotoTooSmallError,
    PhotoUnreadableError,
    encode,
    normalise,
)

pillow_heif.register_heif_opener()

RED, GREEN, BLUE = (200, 40, 40), (40, 200, 40), (40, 40, 200)
ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F


def quadrants(size: int = 200) -> Image.Image:
    """Red top left, green top right, blue below."""
    picture = Image.new("RGB", (size, size), BLUE)
    picture.paste(RED, (0, 0, size // 2, size // 2))
    picture.paste(GREEN, (size // 2, 0, size, size // 2))
    return picture


def file_of(picture: Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def colours(picture: Image.Image) -> list[tuple[int, ...]]:
    """Of the four corners, in reading order."""
    w, h = picture.size
    places = [
        (w // 8, h // 8),
        (w - w // 8, h // 8),
        (w // 8, h - h // 8),
        (w - w // 8, h - h // 8),
    ]
    return [tuple(np.asarray(picture)[y, x]) for x, y in places]


def assert_close(picture: Image.Image, expected: list[tuple[int, int, int]]) -> None:
    assert np.abs(np.array(colours(picture)) - np.array(expected)).max() < 12


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_reads_what_phones_and_browsers_make(format: str) -> None:
    photo = normalise(file_of(quadrants(), format)).image
    assert photo.mode == "RGB"
    assert_close(photo, [RED, GREEN, BLUE, BLUE])


def transparent(picture: Image.Image) -> Image.Image:
    picture = picture.convert("RGBA")
    picture.putalpha(0)
    return picture


@pytest.mark.parametrize(
    ("convert", "format", "expected"),
    [
        (lambda p: p.convert("CMYK"), "JPEG", [RED, GREEN, BLUE, BLUE]),
        (lambda p: p.quantize(16), "PNG", [RED, GREEN, BLUE, BLUE]),
        (lambda p: p.convert("RGBA"), "PNG", [RED, GREEN, BLUE, BLUE]),
        (lambda p: p.convert("RGBA"), "WEBP", [RED, GREEN, BLUE, BLUE]),
        (transparent, "PNG", [(255, 255, 255)] * 4),
    ],
)
def test_reads_unusual_colours(
    convert: Callable[[Image.Image], Image.Image],
    format: str,
    expected: list[tuple[int, int, int]],
) -> None:
    photo = normalise(file_of(convert(quadrants()), format)).image
    assert np.abs(np.array(colours(photo)) - np.array(expected)).max() < 40


def test_reads_sixteen_bits_and_grey() -> None:
    ramp = np.linspace(0, 65535, 200 * 200).reshape(200, 200).astype(np.uint16)
    deep = np.asarray(normalise(file_of(Image.fromarray(ramp), "PNG")).image)
    assert deep[0, 0, 0] == 0
    assert deep[-1, -1, 0] == 255
    assert normalise(file_of(quadrants().convert("L"))).image.mode == "RGB"
    assert normalise(file_of(quadrants().convert("LA"), "PNG")).image.mode == "RGB"
    assert normalise(file_of(quadrants().convert("1"), "PNG")).image.mode == "RGB"


def test_applies_the_orientation() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    photo = normalise(file_of(quadrants(), exif=exif)).image
    assert_close(photo, [BLUE, RED, BLUE, GREEN])


def test_removes_all_metadata() -> None:
    exif = Image.Exif()
    exif[MAKE] = "SecretCamera"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (52.0, 31.0, 12.0)
    upload = file_of(
        quadrants(),
        exif=exif,
        comment=b"SecretComment",
        xmp=b"<x>SecretXMP</x>",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )
    assert b"SecretCamera" in upload
    kept = encode(normalise(upload).image)
    assert b"Secret" not in kept
    for segment in (b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"\xff\xe1", b"\xff\xfe"):
        assert segment not in kept[:1000]
    again = Image.open(io.BytesIO(kept))
    assert not again.getexif()
    assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_keeps_large_photos_at_a_useful_size() -> None:
    for kind in ("JPEG", "PNG"):
        photo = normalise(file_of(quadrants().resize((4000, 3000)), kind)).image
        assert KEPT_PHOTO_SIDE // 2 <= max(photo.size) <= KEPT_PHOTO_SIDE
        assert photo.width * 3 == photo.height * 4
        assert_close(photo, [RED, GREEN, BLUE, BLUE])


def test_leaves_small_photos_at_their_size() -> None:
    assert normalise(file_of(quadrants(224))).image.size == (224, 224)


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size it does not have the pixels for."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def animated(format: str) -> bytes:
    return file_of(quadrants(), format, save_all=True, append_images=[quadrants().rotate(90)])


@pytest.mark.parametrize(
    ("upload", "error"),
    [
        (b"", PhotoUnreadableError),
        (b"Dear doctor, this is a text file.", PhotoUnreadableError),
        (file_of(quadrants())[:2000], PhotoUnreadableError),
        (file_of(quadrants(), "PNG")[:-400], PhotoUnreadableError),
        (file_of(quadrants(), "WEBP")[:-100], PhotoUnreadableError),
        (file_of(quadrants(), "HEIF")[:-100], PhotoUnreadableError),
        (file_of(quadrants(), "GIF"), PhotoUnreadableError),
        (file_of(quadrants(), "TIFF"), PhotoUnreadableError),
        (file_of(quadrants(), "BMP"), PhotoUnreadableError),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PhotoUnreadableError),
        (b"\xff\xd8\xff" + b"\0" * 100, PhotoUnreadableError),
        (animated("PNG"), PhotoAnimatedError),
        (animated("WEBP"), PhotoAnimatedError),
        (file_of(quadrants(1)), PhotoTooSmallError),
        (file_of(quadrants().resize((500, 63))), PhotoTooSmallError),
        (png_of(30_000, 30_000), PhotoTooLargeError),
        (png_of(1000, 1000), PhotoUnreadableError),
    ],
)
def test_refuses_what_cannot_be_used(upload: bytes, error: type[PhotoError]) -> None:
    with pytest.raises(error) as caught:
        normalise(upload)
    assert str(caught.value).endswith(".")
