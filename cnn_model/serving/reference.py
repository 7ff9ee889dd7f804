"""The reference picture of the self-test, drawn anew each time."""

import numpy as np
from PIL import Image

SIDE = 320


def reference_picture() -> Image.Image:
    """Return a brown blob with a wavy border on a gradient of skin colour, RGB, 320 by 320."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE - 0.5
    angle = np.arctan2(y, x)
    border = 0.24 + 0.03 * np.sin(3 * angle) + 0.015 * np.sin(7 * angle)
    blob = np.clip((border - np.hypot(x, y)) / 0.03 + 0.5, 0, 1)[..., None]
    light = (1 + 0.15 * x + 0.1 * y)[..., None]
    skin = np.array([214.0, 168.0, 146.0]) * light
    spots = (1 + 0.2 * np.sin(25 * x) * np.cos(31 * y))[..., None]
    brown = np.array([104.0, 66.0, 48.0]) * spots
    pixels = skin * (1 - blob) + brown * blob
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))
