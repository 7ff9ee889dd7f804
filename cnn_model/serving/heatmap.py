"""The class activation map, drawn over the photo."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cnn_model.serving.preprocess import central_square
from constants import HEATMAP_NOTICE

SIDE = 512
OPACITY = 0.55
# Black, purple, orange, yellow: dark where little was found, readable without telling red from
# green.
COLOURS = np.array([[0, 0, 4], [120, 28, 109], [237, 105, 37], [252, 255, 164]], dtype=np.float32)


def draw_heatmap(photo: Image.Image, activation_map: Sequence[Sequence[float]]) -> bytes:
    """Return a PNG file of the central square of an RGB photo, which is what the network sees.

    `activation_map` is (h, w); its largest value is drawn brightest, values up to 0 not at all. The
    `Description` in the file says that the map is no evidence.
    """
    square = central_square(photo, SIDE, Image.Resampling.BICUBIC)
    strength = _enlarged(np.asarray(activation_map, dtype=np.float32))
    alpha = (strength * OPACITY)[..., None]
    mixed = square.astype(np.float32) * (1 - alpha) + _coloured(strength) * alpha
    buffer, words = io.BytesIO(), PngInfo()
    words.add_text("Description", HEATMAP_NOTICE)
    Image.fromarray(mixed.astype(np.uint8)).save(buffer, "PNG", pnginfo=words)
    return buffer.getvalue()


def _enlarged(activation_map: NDArray[np.float32]) -> NDArray[np.float32]:
    positive = np.maximum(activation_map, 0)
    scaled = positive / max(float(positive.max()), 1e-6)
    picture = Image.fromarray(scaled).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(np.clip(np.asarray(picture), 0, 1), dtype=np.float32)


def _coloured(strength: NDArray[np.float32]) -> NDArray[np.float32]:
    steps = np.linspace(0, 1, len(COLOURS))
    channels = [np.interp(strength, steps, COLOURS[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)
