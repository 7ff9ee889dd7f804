"""Photos for the tests, drawn: they look like a lesion on skin and are nobody's."""

import io
from typing import Any

import numpy as np
from PIL import Image, ImageFilter


def skin_photo(
    size: tuple[int, int] = (320, 320), lesion: bool = True, seed: int = 0
) -> Image.Image:
    """Skin with pores and shadows and, in the middle, a brown spot with an uneven border."""
    random = np.random.default_rng(seed)
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    x, y = (x - width / 2) / min(size), (y - height / 2) / min(size)
    skin = np.array([205.0, 160.0, 140.0]) * (1 + 0.1 * x + 0.05 * y)[..., None]
    if lesion:
        angle = np.arctan2(y, x) + random.uniform(0, 6)
        border = 0.2 + 0.03 * np.sin(3 * angle) + 0.02 * np.sin(8 * angle + 1)
        depth = np.clip((border - np.hypot(x, y)) / 0.05 + 0.5, 0, 1)[..., None]
        brown = np.array([110.0, 70.0, 55.0]) * (1 + 0.15 * np.sin(18 * x + 9 * y))[..., None]
        skin = skin * (1 - depth) + brown * depth
    pores = _blurred_noise(random, size, 1.5) * 14 + _blurred_noise(random, size, 12) * 60
    pixels = skin + pores[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _blurred_noise(
    random: np.random.Generator, size: tuple[int, int], radius: float
) -> np.ndarray[Any, Any]:
    noise = Image.fromarray(random.integers(0, 255, (size[1], size[0]), dtype=np.uint8))
    return np.asarray(noise.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float64) / 127.5 - 1


def jpeg(photo: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()
