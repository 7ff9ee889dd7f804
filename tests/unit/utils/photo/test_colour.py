"""One photo, in whatever way a file describes its colours."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from cnn_model.data.synthetic import jpeg, skin_photo
from cnn_model.evaluation import encodings
from cnn_model.evaluation.encodings import ENCODINGS
from constants import QualityIssue
from utils.photo import PhotoUnreadableError, normalise
from utils.photo.colour import CURVES, PRIMARIES, CodePoints, Curve, hlg_curve, pq_curve

PHOTO = skin_photo((128, 128))
LINEAR_ICC = encodings.icc(encodings.BT709, 1.0)


def differences(content: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    photo = normalise(content)
    assert photo.issues == ()
    return np.abs(np.asarray(photo.image, np.int64) - np.asarray(PHOTO, np.int64))


@pytest.mark.parametrize("name", ENCODINGS)
def test_reads_the_same_photo_from_every_encoding(name: str) -> None:
    found = differences(ENCODINGS[name](PHOTO))
    assert found.mean() < 2
    assert np.percentile(found, 99) <= 10


def grey_with_the_profile_of_rgb() -> bytes:
    buffer = io.BytesIO()
    PHOTO.convert("L").save(buffer, "JPEG", icc_profile=encodings.P3_ICC)
    return buffer.getvalue()


def transparent_with_a_profile() -> bytes:
    buffer = io.BytesIO()
    linear = encodings.eight_bits(encodings.linear(PHOTO))
    linear.convert("RGBA").save(buffer, "PNG", icc_profile=LINEAR_ICC)
    return buffer.getvalue()


def test_reads_grey_photos_with_the_profile_of_rgb() -> None:
    photo = normalise(grey_with_the_profile_of_rgb())
    assert photo.issues == ()
    grey = np.asarray(PHOTO.convert("L"), np.int64)
    assert np.abs(np.asarray(photo.image.convert("L"), np.int64) - grey).mean() < 3


def test_leaves_photos_with_a_profile_of_srgb_as_they_are() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo, plain = (normalise(jpeg(PHOTO, icc_profile=icc)) for icc in (profile, None))
    assert (photo.image, photo.issues) == (plain.image, ())


def test_applies_profiles_behind_transparency() -> None:
    assert differences(transparent_with_a_profile()).mean() < 2


def test_takes_the_description_that_counts_most() -> None:
    values = encodings.codes(PHOTO, 9, 16)
    wrong = (b"iCCP", b"x\0\0" + zlib.compress(LINEAR_ICC))
    content = encodings.png(values, 16, encodings.cicp(9, 16), wrong, encodings.gama(1.0))
    assert differences(content).mean() < 2


def test_takes_the_next_description_where_one_is_broken() -> None:
    content = encodings.png(
        encodings.power(1.8, encodings.linear(PHOTO)),
        8,
        (b"iCCP", b"x\0\0junk"),
        encodings.gama(1.8),
    )
    assert differences(content).mean() < 2


def cmyk() -> bytes:
    buffer = io.BytesIO()
    PHOTO.convert("CMYK").save(buffer, "JPEG")
    return buffer.getvalue()


def uncalibrated() -> bytes:
    tags = Image.Exif()
    tags.get_ifd(0x8769)[0xA001] = 0xFFFF
    return encodings.jpeg(PHOTO, exif=tags.tobytes())


VALUES = encodings.codes(PHOTO, 1, 13)
NOT_INTERPRETED = {
    "profile that is junk": encodings.jpeg(PHOTO, icc=b"junk" * 50),
    "profile that is cut": encodings.jpeg(PHOTO, icc=encodings.P3_ICC[:200]),
    "profile of PNG that is junk": encodings.png(VALUES, 8, (b"iCCP", b"x\0\0junk")),
    "profile of WebP that is junk": encodings.webp(PHOTO, icc=b"junk" * 50),
    "reserved primaries": encodings.png(VALUES, 8, encodings.cicp(77, 13)),
    "reserved curve": encodings.png(VALUES, 8, encodings.cicp(1, 99)),
    "code points that are cut": encodings.png(VALUES, 8, (b"cICP", b"\1\15")),
    "code points of YCbCr": encodings.png(VALUES, 8, (b"cICP", bytes((9, 16, 9, 1)))),
    "gamma of nothing": encodings.png(VALUES, 8, (b"gAMA", bytes(4))),
    "gamma beyond all displays": encodings.png(VALUES, 8, encodings.gama(40)),
    "primaries in one place": encodings.png(VALUES, 8, (b"cHRM", struct.pack(">8I", *[31270] * 8))),
    "primaries of nothing": encodings.png(VALUES, 8, (b"cHRM", bytes(32))),
    "CMYK without a profile": cmyk(),
    "uncalibrated, without further tags": uncalibrated(),
}


@pytest.mark.parametrize("kind", NOT_INTERPRETED)
def test_colours_that_cannot_be_interpreted_are_an_issue(kind: str) -> None:
    assert normalise(NOT_INTERPRETED[kind]).issues == (QualityIssue.COLOURS_UNKNOWN,)


def test_refuses_heic_with_numbers_that_mean_nothing() -> None:
    with pytest.raises(PhotoUnreadableError):
        normalise(encodings.heic(VALUES, 8, 77, 99))


def test_silent_files_are_taken_for_srgb() -> None:
    assert normalise(jpeg(PHOTO)).issues == ()


@pytest.mark.parametrize(
    ("curve", "code", "light"),
    [
        # ITU-R BT.2408: diffuse white, 203 cd/m², is at 58 % of PQ and at 75 % of HLG.
        (pq_curve, 0.5806, 1.0),
        (hlg_curve, 0.75, 1.0),
        (pq_curve, 0.0, 0.0),
        (hlg_curve, 0.0, 0.0),
        # SMPTE ST 2084: half of the code values lie below 92.2 cd/m².
        (pq_curve, 0.5, 92.2 / 203),
        (CURVES[1], 0.5, 0.2597),
        (CURVES[13], 0.5, 0.2140),
    ],
)
def test_curves_have_the_values_of_their_standards(curve: Curve, code: float, light: float) -> None:
    assert float(curve(np.array([code]))[0]) == pytest.approx(light, rel=0.01)


@pytest.mark.parametrize("primaries", PRIMARIES)
@pytest.mark.parametrize("transfer", [13, 16])
def test_white_stays_white_in_every_space(primaries: int, transfer: int) -> None:
    code = {13: 255, 16: 148}[transfer]
    white = Image.new("RGB", (64, 64), (code,) * 3)
    pixels = np.asarray(CodePoints(primaries, transfer).to_srgb(white))
    assert pixels.min() >= 253
