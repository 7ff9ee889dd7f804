"""Pictures for the tests, drawn: of a lesion on skin that is nobody's, and of other things."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SKIN, BROWN = np.array([205.0, 155.0, 145.0]), np.array([115.0, 75.0, 65.0])


def skin_photo(
    size: tuple[int, int] = (320, 320), lesion: bool = True, seed: int = 0
) -> Image.Image:
    """Skin in uneven light and, in the middle, a mottled brown spot with a soft, uneven border.

    Networks take it for a lesion because nothing in it is smooth or repeats: like most of nature,
    its light, its colours and its border have spectra that fall with a power of the frequency
    (Field 1987). Spots with crisp borders on skin with white noise pass for things.
    """
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
    """Lines of black words on white paper."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", size, (250, 250, 248))
    pen, step = ImageDraw.Draw(picture), min(size) / 20
    for line in np.arange(step, size[1] - step, step):
        place = step
        while place < size[0] - 3 * step:
            end = place + random.uniform(0.5, 2) * step
            pen.rectangle((place, line, end, line + step / 3), fill=(20, 20, 25))
            place = end + step / 3
    return picture


def _natural_noise(
    random: np.random.Generator, size: tuple[int, int], power: float
) -> NDArray[np.float64]:
    """Noise (h, w) of variance 1 whose amplitudes fall with this power of the frequency."""
    width, height = size
    spectrum = np.fft.rfft2(random.normal(size=(height, width)))
    down, across = np.fft.fftfreq(height) * height, np.fft.rfftfreq(width) * width
    spectrum /= np.maximum(np.hypot(down[:, None], across[None, :]), 1.5) ** power
    spectrum[0, 0] = 0
    noise = np.fft.irfft2(spectrum, s=(height, width))
    return np.asarray(noise / noise.std())


def _smooth_step(values: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.clip(values, 0, 1)
    return steps * steps * (3 - 2 * steps)


def jpeg(photo: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()
