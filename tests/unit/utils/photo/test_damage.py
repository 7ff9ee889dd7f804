"""What did not arrive whole is refused, and nothing that did."""

import contextlib
import io
from functools import partial

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from cnn_model.data.synthetic import skin_photo
from cnn_model.evaluation import encodings
from cnn_model.evaluation.damages import DAMAGES, flipped
from constants import QualityIssue
from utils.photo import PhotoUnreadableError, hevc, normalise

PHOTO = skin_photo((320, 240))


def tiled_heic(photo: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(photo).save(buffer, quality=90, tile_size=128)
    return buffer.getvalue()


FORMATS: dict[str, encodings.Encoder] = {
    "JPEG": encodings.jpeg,
    "JPEG, progressive": partial(encodings.jpeg, is_progressive=True),
    "PNG": lambda photo: encodings.png(encodings.codes(photo, 1, 13)),
    "WebP": encodings.webp,
    "WebP, lossless": partial(encodings.webp, is_lossless=True),
    "HEIC": lambda photo: encodings.heic(encodings.codes(photo, 1, 13)),
    "HEIC in tiles": tiled_heic,
}
LOSSES = [name for name, damage in DAMAGES.items() if damage is not flipped]


@pytest.mark.parametrize("damage", LOSSES)
@pytest.mark.parametrize("format", FORMATS)
def test_refuses_what_lost_a_part(format: str, damage: str) -> None:
    content, chance = FORMATS[format](PHOTO), np.random.default_rng(0)
    for _ in range(8):
        with pytest.raises(PhotoUnreadableError):
            normalise(DAMAGES[damage](content, chance))


# Where a code has no check of its own, a decoder may find its feet again.
RESYNCHRONISING = {"JPEG": 4}


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "WebP, lossless"])
def test_refuses_flipped_bits(format: str) -> None:
    content, chance = FORMATS[format](PHOTO), np.random.default_rng(0)
    answered = 0
    for _ in range(20):
        with contextlib.suppress(PhotoUnreadableError):
            normalise(flipped(content, chance))
            answered += 1
    assert answered <= RESYNCHRONISING.get(format, 0)


LARGE = (2100, 1500)


@pytest.mark.parametrize("quality", [1, 30, 60, 90, 100])
@pytest.mark.parametrize("size", [(64, 64), (65, 91), (320, 240), (1000, 203), LARGE])
@pytest.mark.parametrize("format", ["JPEG", "WEBP", "HEIF"])
def test_passes_what_is_whole(format: str, size: tuple[int, int], quality: int) -> None:
    photo, buffer = PHOTO.resize(size), io.BytesIO()
    if format == "HEIF":
        # The default effort takes ten seconds for the large ones, and the file is no larger.
        effort = {"preset": "ultrafast"} if size == LARGE else {}
        pillow_heif.from_pillow(photo).save(buffer, quality=quality, enc_params=effort)
    else:
        photo.save(buffer, format, quality=quality)
    assert normalise(buffer.getvalue()).issues == ()


JPEG = encodings.jpeg(PHOTO)
SCAN = JPEG.index(b"\xff\xda")


def with_restarts() -> bytes:
    buffer = io.BytesIO()
    PHOTO.save(buffer, "JPEG", quality=90, restart_marker_rows=1)
    return buffer.getvalue()


HARMLESS = {
    "another picture behind the first": JPEG + JPEG,
    "junk behind the end": JPEG + b"video" * 1000,
    "fill bytes between segments": JPEG[:SCAN] + b"\xff\xff\xff" + JPEG[SCAN:],
    "junk between segments": JPEG[:SCAN] + b"\0\0\0" + JPEG[SCAN:],
    "a comment": JPEG[:2] + b"\xff\xfe\0\x06abcd" + JPEG[2:],
    "zeros of a camera's padding": JPEG + bytes(4096),
    "restart markers": with_restarts(),
}


@pytest.mark.parametrize("kind", HARMLESS)
def test_passes_what_is_only_unusual(kind: str) -> None:
    assert normalise(HARMLESS[kind]).image.size == PHOTO.size


def test_a_heic_that_cannot_be_verified_is_an_issue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hevc, "_library", lambda: None)
    assert normalise(FORMATS["HEIC"](PHOTO)).issues == (QualityIssue.UNVERIFIED,)


def test_the_decoder_of_heic_can_be_asked() -> None:
    """An upgrade of pillow-heif must not take this away unseen."""
    assert hevc._library() is not None
