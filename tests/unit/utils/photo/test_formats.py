"""What is not accepted is named, with the way out."""

import io
import struct

import pytest
from PIL import Image

from cnn_model.data.synthetic import skin_photo
from utils.photo import PhotoUnreadableError, normalise

PHOTO = skin_photo((96, 96))


def file(format: str) -> bytes:
    buffer = io.BytesIO()
    PHOTO.save(buffer, format)
    return buffer.getvalue()


def tiff_with(tag: int) -> bytes:
    """A raw file of a camera is a TIFF with entries of its own."""
    entry = struct.pack("<HHII", tag, 4, 1, 0)
    return b"II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)


def ftyp(*brands: bytes) -> bytes:
    body = b"ftyp" + brands[0] + bytes(4) + b"".join(brands)
    return struct.pack(">I", len(body) + 4) + body + bytes(64)


NAMED = {
    "AVIF": (file("AVIF"), "AVIF", "JPEG or HEIC"),
    "AVIF by a general brand": (ftyp(b"mif1", b"avif", b"miaf"), "AVIF", "JPEG or HEIC"),
    "AVIF, moving": (ftyp(b"avis", b"avif"), "AVIF", "JPEG or HEIC"),
    "TIFF": (file("TIFF"), "TIFF", "save it as JPEG"),
    "TIFF, big-endian": (b"MM\0*" + bytes(60), "TIFF", "save it as JPEG"),
    "JPEG XL, bare": (b"\xff\x0a" + bytes(60), "JPEG XL", "JPEG"),
    "JPEG XL in a box": (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(60), "JPEG XL", "JPEG"),
    "DNG": (tiff_with(0xC612), "camera raw", "RAW off"),
    "NEF": (tiff_with(0x014A), "camera raw", "RAW off"),
    "CR2": (b"II*\0\x10\0\0\0CR\2\0" + bytes(60), "camera raw", "RAW off"),
    "CR3": (ftyp(b"crx "), "camera raw", "RAW off"),
    "RAF": (b"FUJIFILMCCD-RAW " + bytes(60), "camera raw", "RAW off"),
    "ORF": (b"IIRO" + bytes(60), "camera raw", "RAW off"),
    "RW2": (b"IIU\0" + bytes(60), "camera raw", "RAW off"),
    "GIF": (file("GIF"), "GIF", "as the camera made it"),
    "BMP": (file("BMP"), "BMP", "JPEG"),
    "PDF": (file("PDF"), "PDF", "photo itself"),
    "MP4": (ftyp(b"isom", b"mp42"), "video", "still photo"),
    "QuickTime": (ftyp(b"qt  "), "video", "still photo"),
    "Matroska": (b"\x1aE\xdf\xa3" + bytes(60), "video", "still photo"),
}


@pytest.mark.parametrize("kind", NAMED)
def test_names_what_is_not_accepted_and_the_way_out(kind: str) -> None:
    content, name, advice = NAMED[kind]
    with pytest.raises(PhotoUnreadableError) as raised:
        normalise(content)
    message = str(raised.value)
    assert f" {name} file" in message
    assert advice in message
    assert "JPEG, PNG, WebP and HEIC are accepted" in message


@pytest.mark.parametrize("content", [b"", b"\xff\xd8", b"hello", b"<html>", bytes(1000)])
def test_says_what_is_accepted_where_nothing_can_be_named(content: bytes) -> None:
    with pytest.raises(PhotoUnreadableError, match="JPEG, PNG, WebP and HEIC are accepted"):
        normalise(content)


def test_takes_heic_by_any_of_its_brands() -> None:
    with pytest.raises(PhotoUnreadableError, match="damaged"):
        normalise(ftyp(b"mif1", b"heic"))


def test_the_name_of_the_file_does_not_count() -> None:
    picture = Image.open(io.BytesIO(file("PNG")))
    assert normalise(file("PNG")).image.size == picture.size
