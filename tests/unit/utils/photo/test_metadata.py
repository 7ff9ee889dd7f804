"""Metadata are thrown away, so none that are broken spoil a photo; one tag turns it."""

import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from cnn_model.data.synthetic import skin_photo
from cnn_model.evaluation import encodings
from cnn_model.evaluation.encodings import png_chunk
from utils.photo import normalise

PHOTO = skin_photo((128, 96))
ORIENTATION, SHORT, ASCII, LONG = 0x0112, 3, 2, 4
TURN_RIGHT = 6


def tiff(*entries: tuple[int, int, int, bytes], first: int = 8, order: str = "<") -> bytes:
    """Return a TIFF header with one directory; an entry is tag, type, count and four bytes."""
    header = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", first)
    body = b"".join(struct.pack(f"{order}HHI", *entry[:3]) + entry[3] for entry in entries)
    return header + struct.pack(f"{order}H", len(entries)) + body + bytes(4)


def turned(value: int, order: str = "<") -> tuple[int, int, int, bytes]:
    return ORIENTATION, SHORT, 1, struct.pack(f"{order}HH", value, 0)


def with_segment(content: bytes, marker: int, body: bytes) -> bytes:
    length = struct.pack(">H", (len(body) + 2) & 0xFFFF)
    return content[:2] + bytes((0xFF, marker)) + length + body + content[2:]


def with_chunk(content: bytes, chunk: bytes) -> bytes:
    return content[:33] + chunk + content[33:]


def heif(**metadata: bytes) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(PHOTO).save(buffer, quality=90, **metadata)
    return buffer.getvalue()


def webp(**metadata: bytes) -> bytes:
    buffer = io.BytesIO()
    PHOTO.save(buffer, "WEBP", quality=90, **metadata)
    return buffer.getvalue()


def with_wrong_checksum(chunk: bytes) -> bytes:
    return chunk[:-4] + bytes(4)


EXIF = b"Exif\0\0"
JPEG, PNG = encodings.jpeg(PHOTO), encodings.png(np.asarray(PHOTO) / 255)
LOOP = tiff((0x8769, LONG, 1, struct.pack("<I", 8)))
BROKEN = {
    "EXIF of zeros": with_segment(JPEG, 0xE1, EXIF + bytes(60)),
    "EXIF of nothing": with_segment(JPEG, 0xE1, EXIF),
    "EXIF that is cut": with_segment(JPEG, 0xE1, EXIF + tiff(turned(1))[:14]),
    "EXIF that is no TIFF": with_segment(JPEG, 0xE1, EXIF + b"\0\0\x11\0\0\1\4\0"),
    "EXIF that starts beyond its end": with_segment(JPEG, 0xE1, EXIF + tiff(first=4_000_000)),
    "EXIF that contains itself": with_segment(JPEG, 0xE1, EXIF + LOOP),
    "EXIF with a type of its own": with_segment(JPEG, 0xE1, EXIF + tiff((256, 99, 1, bytes(4)))),
    "EXIF with four thousand million values": with_segment(
        JPEG, 0xE1, EXIF + tiff((ORIENTATION, SHORT, 0xFFFFFFFF, bytes(4)))
    ),
    "EXIF with an orientation of 9": with_segment(JPEG, 0xE1, EXIF + tiff(turned(9))),
    "EXIF with an orientation as text": with_segment(
        JPEG, 0xE1, EXIF + tiff((ORIENTATION, ASCII, 2, b"6\0\0\0"))
    ),
    "EXIF with a maker note elsewhere": with_segment(
        JPEG, 0xE1, EXIF + tiff((0x927C, 7, 5000, struct.pack("<I", 9999)))
    ),
    "XMP that is not closed": with_segment(
        JPEG, 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf"
    ),
    "XMP that is no text": with_segment(JPEG, 0xE1, b"http://ns.adobe.com/xap/1.0/\0\xff\xfe\0"),
    "IPTC that is cut": with_segment(JPEG, 0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\0\0\xff\xff"),
    "many pictures that are not there": with_segment(JPEG, 0xE2, b"MPF\0II*\0\xff\xff\xff\xff"),
    "JFIF of another kind": with_segment(JPEG, 0xE0, b"JFXX\0\x10junk"),
    "a comment without text": with_segment(JPEG, 0xFE, b""),
    "eXIf that is no TIFF": with_chunk(PNG, png_chunk(b"eXIf", b"\0\0\x11\0\0\1\4\0")),
    "raw profile that is cut": with_chunk(
        PNG, png_chunk(b"tEXt", b"Raw profile type exif\0\nexif\n      99\n4578")
    ),
    "two megabytes of packed text": with_chunk(
        PNG, png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 2_000_000))
    ),
    "text with a wrong checksum": with_chunk(PNG, with_wrong_checksum(png_chunk(b"tEXt", b"k\0v"))),
    "text that cannot be unpacked": with_chunk(PNG, png_chunk(b"zTXt", b"k\0\0junk")),
    "international text without parts": with_chunk(PNG, png_chunk(b"iTXt", b"k")),
    "density that is short": with_chunk(PNG, png_chunk(b"pHYs", bytes(3))),
    "time that is short": with_chunk(PNG, png_chunk(b"tIME", b"\1")),
    "a chunk of its own": with_chunk(PNG, png_chunk(b"prVt", b"junk")),
    "animation of one picture": with_chunk(PNG, png_chunk(b"acTL", struct.pack(">II", 1, 0))),
    "junk behind the end of a PNG": PNG + b"junk" * 99,
    "EXIF of zeros in WebP": webp(exif=EXIF + bytes(60)),
    "XMP of junk in WebP": webp(xmp=b"\xff\xfe<<<"),
    "WebP that is longer than it says": webp() + b"junk" * 9,
    "EXIF of zeros in HEIC": heif(exif=EXIF + bytes(60)),
    "EXIF of nothing in HEIC": heif(exif=b"\0"),
    "XMP of junk in HEIC": heif(xmp=b"\xff\xfe<<<"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_metadata_do_not_spoil_a_photo(kind: str) -> None:
    photo = normalise(BROKEN[kind])
    assert photo.issues == ()
    found = np.asarray(photo.image, np.int64) - np.asarray(PHOTO, np.int64)
    assert np.abs(found).mean() < 3


JUNK = (256, ASCII, 4, b"12\0\0")
TURNED = {
    "JPEG": with_segment(JPEG, 0xE1, EXIF + tiff(turned(TURN_RIGHT))),
    "JPEG, big-endian": with_segment(JPEG, 0xE1, EXIF + tiff(turned(TURN_RIGHT, ">"), order=">")),
    "JPEG, beside junk": with_segment(JPEG, 0xE1, EXIF + tiff(JUNK, turned(TURN_RIGHT))),
    "JPEG, beside a broken part": with_segment(
        JPEG, 0xE1, EXIF + tiff(turned(TURN_RIGHT), (0x8769, LONG, 1, b"\xff" * 4))
    ),
    "JPEG, behind XMP": with_segment(
        with_segment(JPEG, 0xE1, EXIF + tiff(turned(TURN_RIGHT))), 0xE1, b"http://ns.adobe.com/\0<"
    ),
    "PNG": with_chunk(PNG, png_chunk(b"eXIf", tiff(turned(TURN_RIGHT)))),
    "WebP": webp(exif=EXIF + tiff(turned(TURN_RIGHT))),
}


@pytest.mark.parametrize("kind", TURNED)
def test_one_tag_turns_a_photo(kind: str) -> None:
    upright = normalise(TURNED[kind]).image
    expected = PHOTO.transpose(Image.Transpose.ROTATE_270)
    assert upright.size == expected.size
    found = np.asarray(upright, np.int64) - np.asarray(expected, np.int64)
    assert np.abs(found).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns_as_viewers_do(orientation: int) -> None:
    content = with_segment(JPEG, 0xE1, EXIF + tiff(turned(orientation)))
    with Image.open(io.BytesIO(content)) as opened:
        expected = np.asarray(ImageOps.exif_transpose(opened))
    assert np.array_equal(np.asarray(normalise(content).image), expected)
