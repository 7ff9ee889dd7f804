"""Synthetic corruptions of photos, to measure what image quality control does about them.

Every function takes a square RGB photo and the severity, and returns a photo of the same size.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from cnn_model.data.images import recompressed
from cnn_model.serving.skin_tone import from_linear, to_linear

SENSOR_NOISE = 2.0
"""Standard deviation in grey levels."""

Corruption = Callable[[Image.Image, float], Image.Image]


def blurred(photo: Image.Image, percent: float) -> Image.Image:
    """Return the photo out of focus; `percent` of the side is the standard deviation."""
    return photo.filter(ImageFilter.GaussianBlur(photo.width * percent / 100))


def exposed(photo: Image.Image, stops: float) -> Image.Image:
    """Return the photo exposed by this many more stops (or fewer, below 0), with sensor noise."""
    pixels = from_linear(to_linear(np.asarray(photo)) * 2.0**stops).astype(np.float64)
    return _clipped(pixels + _noise(photo.height, photo.width, 1) * SENSOR_NOISE)


def underexposed(photo: Image.Image, stops: float) -> Image.Image:
    """Return the photo exposed by this many fewer stops."""
    return exposed(photo, -stops)


def with_glare(photo: Image.Image, percent: float) -> Image.Image:
    """Return the photo with a white reflection in the centre that covers `percent` of it."""
    height, width = photo.height, photo.width
    radius = np.sqrt(percent / 100 / np.pi)
    cover = 1 / (1 + np.exp((_distance_from_centre(height, width) - radius) / 0.02))[..., None]
    return _clipped(np.asarray(photo) * (1 - cover) + 255 * cover)


def small(photo: Image.Image, percent: float) -> Image.Image:
    """Return the lesion from further away.

    The photo takes `percent` of the side; the rest is plain skin of the colour along its edge.
    """
    side = photo.width
    inner = max(round(side * percent / 100), 8)
    picture = np.asarray(photo.resize((inner, inner), Image.Resampling.BOX), dtype=np.float64)
    skin = np.median(np.concatenate([picture[:2].reshape(-1, 3), picture[-2:].reshape(-1, 3)]), 0)
    pixels = skin + _noise(side, side, 1) * SENSOR_NOISE + np.zeros(3)
    centre = slice((side - inner) // 2, (side - inner) // 2 + inner)
    shown = np.clip((0.5 - _distance_from_centre(inner, inner)) / 0.15, 0, 1)[..., None]
    pixels[centre, centre] = pixels[centre, centre] * (1 - shown) + picture * shown
    return _clipped(pixels)


def cut_off(photo: Image.Image, percent: float) -> Image.Image:
    """Return the photo with the camera off the lesion by `percent` of the side, enlarged to fit."""
    rest = photo.width * (1 - percent / 100)
    start = photo.width - rest
    return photo.resize(photo.size, box=(start, start / 2, photo.width, start / 2 + rest))


def on_a_page(photo: Image.Image, percent: float) -> Image.Image:
    """Return a page of text, as in a screenshot, with the photo at `percent` of the side."""
    side = photo.width
    page = Image.new("RGB", photo.size, (250, 250, 248))
    pen, random = ImageDraw.Draw(page), np.random.default_rng(0)
    letters = list("abcdefghiklmnoprstuvw   ")
    for top in range(side // 40, side, max(side // 20, 1)):
        text = "".join(random.choice(letters, 80))
        pen.text((side // 30, top), text, fill=(30, 30, 30), font_size=max(side // 28, 4))
    inner = max(round(side * percent / 100), 8)
    page.paste(photo.resize((inner, inner)), ((side - inner) // 2, (side - inner) // 2))
    return page


def compressed(photo: Image.Image, quality: float) -> Image.Image:
    """Return the photo after JPEG compression of this quality, 1 to 95."""
    return recompressed(photo, round(quality))


def _clipped(pixels: NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


def _noise(*shape: int) -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(size=shape)


def _distance_from_centre(height: int, width: int) -> NDArray[np.float64]:
    y, x = np.mgrid[0:height, 0:width]
    return np.asarray(np.hypot(y / height - 0.5, x / width - 0.5))


CORRUPTIONS: dict[str, tuple[str, Corruption, tuple[float, ...]]] = {
    "blurred": ("blur, % of the side", blurred, (0.4, 0.8, 1.5, 3)),
    "dark": ("stops underexposed", underexposed, (1, 2, 3, 4, 5)),
    "glare": ("white reflection, % of the photo", with_glare, (2, 5, 15, 50)),
    "overexposed": ("stops overexposed", exposed, (0.5, 1, 2, 3)),
    "lesion_small": ("photo shrunk to % of the side", small, (50, 30, 20, 10)),
    "lesion_cut_off": ("moved out of view, % of the side", cut_off, (20, 35, 50, 75)),
    "screenshot": ("photo within a page, % of the side", on_a_page, (80, 60, 40, 20)),
    "compressed": ("JPEG quality", compressed, (50, 30, 20, 10, 5)),
}
"""By the expected quality issue: the unit of the severity, the function, and the severities, from
mild to severe.
"""
