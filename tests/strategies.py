"""Pictures, files of them, and edits of the files, to draw from."""

import io
from collections.abc import Callable

import numpy as np
import pillow_heif
from hypothesis import strategies as st
from PIL import Image

from cnn_model.data.synthetic import skin_photo
from cnn_model.evaluation import encodings
from cnn_model.evaluation.encodings import ENCODINGS

PHOTO = skin_photo((96, 72))
MAX_EDITS = 6


def saved(picture: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def heic(picture: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(picture).save(buffer, quality=90, **options)
    return buffer.getvalue()


def deep_grey() -> bytes:
    ramp = np.linspace(0, 65535, 96 * 72).reshape(72, 96).astype(np.uint16)
    return saved(Image.fromarray(ramp), "PNG")


FILES: tuple[bytes, ...] = (
    *(encode(PHOTO) for encode in ENCODINGS.values()),
    *(saved(PHOTO.convert(mode), "JPEG") for mode in ("L", "CMYK")),
    *(saved(PHOTO.convert(mode), "PNG") for mode in ("1", "L", "LA", "P", "RGBA")),
    deep_grey(),
    saved(PHOTO, "JPEG", restart_marker_rows=1),
    saved(PHOTO.convert("RGBA"), "WEBP"),
    saved(PHOTO, "WEBP", save_all=True, append_images=[PHOTO.rotate(90)]),
    saved(PHOTO, "PNG", save_all=True, append_images=[PHOTO.rotate(90)]),
    heic(PHOTO.convert("L")),
    heic(PHOTO.convert("RGBA")),
    heic(PHOTO.resize((192, 192)), tile_size=64),
)
"""One file of each way to write a photo."""


def _flip(content: bytes, place: int, length: int, new: bytes) -> bytes:
    flipped = content[place] ^ (1 << length % 8)
    return content[:place] + bytes((flipped,)) + content[place + 1 :]


def _cut(content: bytes, place: int, length: int, new: bytes) -> bytes:
    return content[:place]


def _remove(content: bytes, place: int, length: int, new: bytes) -> bytes:
    return content[:place] + content[place + length :]


def _insert(content: bytes, place: int, length: int, new: bytes) -> bytes:
    return content[:place] + new + content[place:]


def _overwrite(content: bytes, place: int, length: int, new: bytes) -> bytes:
    return content[:place] + new + content[place + len(new) :]


def _repeat(content: bytes, place: int, length: int, new: bytes) -> bytes:
    return content[: place + length] * 2 + content[place + length :]


def _repeat_part(content: bytes, place: int, length: int, new: bytes) -> bytes:
    return content[: place + length] + content[place:]


Edit = Callable[[bytes, int, int, bytes], bytes]
EDITS: tuple[Edit, ...] = (_flip, _cut, _remove, _insert, _overwrite, _repeat, _repeat_part)
NUMBERS = st.sampled_from((b"\0" * 4, b"\xff" * 4, b"\0\0\0\1", b"\xff\xff", b"\x80", b"\x7f" * 4))


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """A file with some edits, most of them in its headers, where a byte counts most."""
    content = draw(st.sampled_from(FILES))
    for _ in range(draw(st.integers(1, MAX_EDITS))):
        if not content:
            break
        last = len(content) - 1
        place = draw(st.integers(0, min(last, 800)) | st.integers(0, last))
        edit = draw(st.sampled_from(EDITS))
        content = edit(
            content, place, draw(st.integers(1, 400)), draw(NUMBERS | st.binary(max_size=16))
        )
    return content


@st.composite
def pictures(draw: st.DrawFn) -> Image.Image:
    """A picture of noise in any mode that a file can have, of sides from 1 to 300."""
    size = draw(st.tuples(st.integers(1, 300), st.integers(1, 300)))
    seed, mode = draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from(("RGB", "L", "RGBA", "LA")))
    shape = (size[1], size[0], Image.getmodebands(mode))
    values = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    return Image.fromarray(values.squeeze(axis=2) if shape[2] == 1 else values, mode)


WRITERS: dict[str, Callable[[Image.Image], bytes]] = {
    "JPEG": lambda picture: saved(picture.convert("RGB"), "JPEG"),
    "JPEG, grey": lambda picture: saved(picture.convert("L"), "JPEG"),
    "JPEG, progressive": lambda picture: saved(picture.convert("RGB"), "JPEG", progressive=True),
    "JPEG, CMYK": lambda picture: saved(picture.convert("CMYK"), "JPEG"),
    "PNG": lambda picture: saved(picture, "PNG"),
    "PNG, palette": lambda picture: saved(picture.convert("RGB").quantize(16), "PNG"),
    "PNG, 16 bits": lambda picture: encodings.png(np.asarray(picture.convert("RGB")) / 255, 16),
    "WebP": lambda picture: saved(picture, "WEBP"),
    "WebP, lossless": lambda picture: saved(picture, "WEBP", lossless=True),
    "HEIC": heic,
}
