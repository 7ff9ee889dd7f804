"""Uploads: a safe photo or a clear refusal, whatever the file."""

import contextlib
import io
import struct

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms

from constants import FILE_ISSUES, KEPT_PHOTO_SIDE, MIN_PHOTO_SIDE
from tests.strategies import PHOTO, WRITERS, damaged_files, heic, pictures, saved
from utils.photo import (
    NormalisedPhoto,
    PhotoError,
    PhotoTooSmallError,
    decode,
    encode,
    formats,
    is_intact_jpeg,
    normalise,
)

SIGNATURES = (
    b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\1\0\0WEBP", b"\0\0\0\x18ftypheic",
    b"II*\0", b"MM\0*", *(bytes(at) + mark for at, mark, _ in formats.SIGNATURES),
)  # fmt: skip
METADATA = (b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"Photoshop", b"\xff\xfe")


def assert_safe(photo: NormalisedPhoto) -> None:
    """A photo is small enough, says nothing but its pixels, and can be kept."""
    assert photo.image.mode == "RGB"
    assert min(photo.image.size) >= 1
    assert max(photo.image.size) <= KEPT_PHOTO_SIDE
    assert photo.image.info == {}
    assert set(photo.issues) <= set(FILE_ISSUES)
    kept = encode(photo.image)
    assert is_intact_jpeg(kept)
    again = decode(kept)
    assert (again.mode, again.size) == ("RGB", photo.image.size)
    assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def assert_handled(content: bytes) -> None:
    with contextlib.suppress(PhotoError):
        assert_safe(normalise(content))


@given(st.sampled_from(SIGNATURES), st.binary(max_size=2000))
def test_any_bytes_are_handled(signature: bytes, rest: bytes) -> None:
    assert_handled(signature + rest)


@given(damaged_files())
def test_any_edit_of_a_file_is_handled(content: bytes) -> None:
    assert_handled(content)


@given(pictures(), st.sampled_from(sorted(WRITERS)))
def test_any_picture_is_read_unless_it_is_too_small(picture: Image.Image, writer: str) -> None:
    try:
        photo = normalise(WRITERS[writer](picture))
    except PhotoTooSmallError:
        assert min(picture.size) < MIN_PHOTO_SIDE
    else:
        assert min(picture.size) >= MIN_PHOTO_SIDE
        assert photo.image.size == picture.size
        assert_safe(photo)


@given(pictures())
def test_a_lossless_file_of_rgb_keeps_every_pixel(picture: Image.Image) -> None:
    picture = picture.convert("RGB")
    with contextlib.suppress(PhotoTooSmallError):
        for writer in ("PNG", "WebP, lossless"):
            found = normalise(WRITERS[writer](picture)).image
            assert ImageChops.difference(found, picture).getbbox() is None


@given(st.binary(max_size=400), st.sampled_from(("JPEG", "PNG", "WEBP", "HEIC")))
def test_metadata_neither_spoil_a_photo_nor_survive(secret: bytes, format: str) -> None:
    secret = b"Secret" + secret + b"Secret"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    metadata = {"exif": b"Exif\0\0II*\0" + secret, "icc_profile": profile, "xmp": secret}
    write = heic if format == "HEIC" else lambda photo, **told: saved(photo, format, **told)
    content = write(PHOTO, **metadata)
    assert content.count(b"Secret") >= 2
    photo = normalise(content)
    assert_safe(photo)
    kept = encode(photo.image)
    assert b"Secret" not in kept
    scan = kept.index(b"\xff\xda")
    assert not [mark for mark in METADATA if mark in kept[:scan]]


@given(st.integers(0, 0xFFFF), st.sampled_from("<>"))
def test_any_number_for_the_orientation_turns_or_does_not(value: int, order: str) -> None:
    tag = struct.pack(f"{order}HHHIHHI", 1, 0x0112, 3, 1, value, 0, 0)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    photo = normalise(saved(PHOTO, "JPEG", exif=b"Exif\0\0" + head + tag)).image
    width, height = PHOTO.size
    assert photo.size == ((height, width) if 5 <= value <= 8 else (width, height))


@given(pictures())
def test_reading_what_was_kept_changes_no_more(picture: Image.Image) -> None:
    kept = encode(picture.convert("RGB"))
    with contextlib.suppress(PhotoTooSmallError):
        photo = normalise(kept)
        assert photo.issues == ()
        with Image.open(io.BytesIO(kept)) as opened:
            assert photo.image.size == opened.size
