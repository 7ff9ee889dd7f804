"""Synthetic pictures for tests and benchmarks: a lesion on skin, a document."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SKIN, BROWN = np.array([205.0, 155.0, 145.0]), np.array([115.0, 75.0, 65.0])


def skin_photo(
    size: tuple[int, int] = (320, 320), lesion: bool = True, seed: int = 0
) -> Image.Image:
    """Return a picture of skin in uneven light, RGB, `size` as (width, height).

    With `lesion`, it has a mottled brown spot with a soft, uneven border at its centre.
    """
    # Networks recognise it as a lesion because the spectra of light, colours and border fall with a
    # power of the frequency, as in nature (Field 1987). They do not recognise spots with crisp
    # borders on skin with white noise.
    random = np.random.default_rng(seed)
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    distance = np.hypot(x - width / 2, y - height / 2) / min(size)
    pixels = np.broadcast_to(SKIN, (height, width, 3))
    if lesion:
        border = 0.25 + 0.025 * _natural_noise(random, size, 2.0)
        depth = _smooth_step((border - distance) / 0.1 + 0.5)[..., None]
        mottled = BROWN * (1 + 0.12 * _natural_noise(random, size, 1.4))[..., None]
        pixels = pixels * (1 - depth) + mottled * depth
    pixels = pixels * (1 - 0.3 * distance**2)[..., None]
    pixels = pixels + 6 * _natural_noise(random, size, 1.2)[..., None]
    pixels = pixels + 2 * np.stack([_natural_noise(random, size, 1.6) for _ in range(3)], axis=-1)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def document(size: tuple[int, int] = (320, 320), seed: int = 0) -> Image.Image:
    """Return a picture of lines of black words on white paper, RGB, `size` as (width, height)."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", size, (250, 250, 248))
    pen, step = ImageDraw.Draw(picture), min(size) / 20
    for line in np.arange(step, size[1] - step, step):
        start = step
        while start < size[0] - 3 * step:
            end = start + random.uniform(0.5, 2) * step
            pen.rectangle((start, line, end, line + step / 3), fill=(20, 20, 25))
            start = end + step / 3
    return picture


def _natural_noise(
    random: np.random.Generator, size: tuple[int, int], power: float
) -> NDArray[np.float64]:
    """Return noise (h, w) of variance 1 whose amplitudes fall with this power of the frequency."""
    width, height = size
    spectrum = np.fft.rfft2(random.normal(size=(height, width)))
    vertical, horizontal = np.fft.fftfreq(height) * height, np.fft.rfftfreq(width) * width
    spectrum /= np.maximum(np.hypot(vertical[:, None], horizontal[None, :]), 1.5) ** power
    spectrum[0, 0] = 0
    noise = np.fft.irfft2(spectrum, s=(height, width))
    return np.asarray(noise / noise.std())


def _smooth_step(values: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.clip(values, 0, 1)
    return steps * steps * (3 - 2 * steps)


def jpeg(photo: Image.Image, **options: Any) -> bytes:
    """Return the photo as a JPEG file of quality 90; `options` are those of Pillow."""
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()
