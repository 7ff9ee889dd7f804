"""Perturbations of a photo that should not change its answer, and artefacts beside the lesion.

Perturbations change angle, light, compression or size; artefacts are pen marks and rulers, as in
clinical practice. All photos are square and RGB.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageOps

from cnn_model.data.images import recompressed

PURPLE, BLUE = (92, 44, 120), (38, 62, 140)
WARM = (1.06, 1.0, 0.90)

Perturbation = Callable[[Image.Image], Image.Image]


def rotated(photo: Image.Image, degrees: float) -> Image.Image:
    """Return the photo rotated about its centre, with mirrored surroundings in the corners."""
    side = photo.width
    margin = side // 4
    pixels = np.pad(np.asarray(photo), ((margin, margin), (margin, margin), (0, 0)), "reflect")
    wide = Image.fromarray(pixels).rotate(degrees, Image.Resampling.BICUBIC)
    return wide.crop((margin, margin, margin + side, margin + side))


def scaled(photo: Image.Image, factor: float) -> Image.Image:
    """Return the photo resized by a factor."""
    side = max(round(photo.width * factor), 1)
    return photo.resize((side, side), Image.Resampling.BICUBIC)


def shifted(photo: Image.Image, fraction: float) -> Image.Image:
    """Return the photo moved right and down by a fraction of its side, mirrored at the edge."""
    step = max(round(photo.width * fraction), 1)
    pixels = np.pad(np.asarray(photo), ((step, 0), (step, 0), (0, 0)), "reflect")
    return Image.fromarray(pixels[: photo.height, : photo.width])


def brightened(photo: Image.Image, factor: float) -> Image.Image:
    """Return the photo with all pixels multiplied by a factor."""
    return ImageEnhance.Brightness(photo).enhance(factor)


def warmed(photo: Image.Image) -> Image.Image:
    """Return the photo in warm light: more red, less blue."""
    pixels = np.asarray(photo, dtype=np.float64) * WARM
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def with_circle(photo: Image.Image, colour: tuple[int, int, int] = PURPLE) -> Image.Image:
    """Return the photo with a circle of a surgical pen around the lesion."""
    side = photo.width

    def draw(pen: ImageDraw.ImageDraw) -> None:
        edge = side * 0.12
        pen.ellipse((edge, edge, side - edge, side - edge), outline=colour, width=_pen_width(side))

    return _marked(photo, draw)


def with_line(photo: Image.Image, colour: tuple[int, int, int] = BLUE) -> Image.Image:
    """Return the photo with a line of a surgical pen beside the lesion."""
    side = photo.width

    def draw(pen: ImageDraw.ImageDraw) -> None:
        ends = (side * 0.08, side * 0.15, side * 0.14, side * 0.85)
        pen.line(ends, fill=colour, width=_pen_width(side))

    return _marked(photo, draw)


def with_ruler(photo: Image.Image) -> Image.Image:
    """Return the photo with a white ruler along the lower edge."""
    side = photo.width
    marked = photo.copy()
    pen = ImageDraw.Draw(marked)
    top = side * 0.88
    pen.rectangle((0, top, side, side), fill=(240, 240, 236))
    for tick in range(41):
        length = side * (0.06 if tick % 5 == 0 else 0.03)
        x = tick * side / 40
        pen.line((x, top, x, top + length), fill=(30, 30, 30), width=max(side // 200, 1))
    return marked


def _marked(photo: Image.Image, draw: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
    # Ink lets the skin show through.
    ink = Image.new("RGB", photo.size, (255, 255, 255))
    draw(ImageDraw.Draw(ink))
    return Image.blend(photo, ImageChops.multiply(photo, ink), 0.8)


def _pen_width(side: int) -> int:
    return max(round(side * 0.02), 1)


PERTURBATIONS: dict[str, Perturbation] = {
    "mirrored": ImageOps.mirror,
    "rotated by 90°": lambda photo: photo.transpose(Image.Transpose.ROTATE_90),
    "rotated by 15°": lambda photo: rotated(photo, 15),
    "JPEG quality 30": lambda photo: recompressed(photo, 30),
    "JPEG quality 10": lambda photo: recompressed(photo, 10),
    "half the size": lambda photo: scaled(photo, 1 / 2),
    "a quarter of the size": lambda photo: scaled(photo, 1 / 4),
    "twice the size": lambda photo: scaled(photo, 2),
    "20 % darker": lambda photo: brightened(photo, 0.8),
    "20 % brighter": lambda photo: brightened(photo, 1.2),
    "shifted by 5 %": lambda photo: shifted(photo, 0.05),
    "warm colour cast": warmed,
}
"""By name. Twice the size adds only pixels: if it changes the answer, the network uses the size of
the source.
"""
ARTEFACTS: dict[str, Perturbation] = {
    "purple pen circle": with_circle,
    "blue pen line": with_line,
    "ruler": with_ruler,
}
"""Artefacts by name; on a benign lesion they should not raise the probability of cancer."""
