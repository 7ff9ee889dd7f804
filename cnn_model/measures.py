"""What the pixels of a photo tell, before any network: each measure does what it can to be the same
on light and on dark skin.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from cnn_model.preprocess import central_square
from cnn_model.skin_tone import lab

SIDE = 256
SMALL_SIDE, RING = 64, 4
BLOCK = 8
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
WHITE, STEP, EDGE = 245, 1, 60
# Grey levels; of 14,655 photos two have such a band of more than a tenth, the black edge of a lens.
ONE_COLOUR, REPEATED = 1.5, 0.2
NOISE = 3.0

Floats = NDArray[np.float32]


def measure(photo: Image.Image) -> dict[str, float]:
    """The measures of an RGB photo of any size, on its central square, scaled to 256 pixels.

    `brightness`: 95th percentile of the brightest channel, 0 to 255. Melanin takes least of the
    red, underexposure as much of all, so this tells dark photos from dark skin better than a mean.
    `glare`: share of pixels that are white. `colour`: mean saturation, 0 to 1. `sharpness`: the
    share of the differences between neighbours that a blur would take (Crete et al. 2007, The Blur
    Effect), 0 to 1, whatever the exposure. `contrast`: how far the most different hundredth of the
    photo stands out from its edge, in CIELAB; `lesion_area`: the share of the photo that stands
    out half as far or more; `offset`: how far the centre of that area is from the centre of the
    photo, in half sides. `uniform`: the share of the commonest colour or of places without any
    difference, whichever is less; `edges`: share of steep steps; text on paper has both.
    `flat_band`, `seam`, `blockiness`: see below.
    """
    square = central_square(photo, SIDE)
    pixels = square.astype(np.float32)
    luma, brightest = pixels @ LUMA, pixels.max(axis=2)
    contrast, distance = standing_out(square)
    area = distance > contrast / 2
    steps = _steps(luma)
    measured = {
        "brightness": float(np.percentile(brightest, 95)),
        "glare": float((square.min(axis=2) >= WHITE).mean()),
        "colour": float((np.ptp(pixels, axis=2) / np.maximum(brightest, 1)).mean()),
        "sharpness": _sharpness(luma),
        "contrast": contrast,
        "lesion_area": float(area.mean()),
        "offset": offset(area),
        "uniform": min(float((steps < STEP).mean()), _commonest(square)),
        "edges": float((steps > EDGE).mean()),
        "flat_band": max(flat_band(pixels), flat_band(pixels.swapaxes(0, 1))),
        "seam": max(seam(pixels), seam(pixels.swapaxes(0, 1))),
        "blockiness": blockiness(photo),
    }
    return {name: round(value, 4) for name, value in measured.items()}


def _steps(luma: Floats) -> Floats:
    return np.abs(np.diff(luma, axis=1))[:-1] + np.abs(np.diff(luma, axis=0))[:, :-1]


def _sharpness(luma: Floats) -> float:
    blurred = luma
    for axis in (0, 1):
        windows = np.lib.stride_tricks.sliding_window_view(blurred, 5, axis=axis)
        blurred = windows.mean(axis=-1)
    left = np.abs(np.diff(blurred, axis=1)).mean()
    return max(1 - float(left / max(np.abs(np.diff(luma, axis=1)).mean(), 1e-6)), 0.0)


def standing_out(square: NDArray[np.uint8]) -> tuple[float, Floats]:
    """How far the most different hundredth of a square photo stands out from its edge, and how far
    each place does, on 64 by 64 of them; in CIELAB.
    """
    small = Image.fromarray(square).resize((SMALL_SIDE, SMALL_SIDE), Image.Resampling.BOX)
    colours = lab(np.asarray(small.filter(ImageFilter.GaussianBlur(1))))
    inner = slice(RING, -RING)
    ring = np.ones((SMALL_SIDE, SMALL_SIDE), dtype=bool)
    ring[inner, inner] = False
    distance = np.linalg.norm(colours - np.median(colours[ring], axis=0), axis=-1)
    return float(np.percentile(distance[inner, inner], 99)), distance


def offset(weights: NDArray[Any]) -> float:
    """How far the centre of mass of weights (n, n), 0 or above, is from their middle, in half
    sides: 0 in the middle, up to 1.4 in a corner; 0 where all are 0.
    """
    side = len(weights)
    places = (np.arange(side) - (side - 1) / 2) / (side / 2)
    total = max(float(weights.sum()), 1e-9)
    return float(np.hypot(weights.sum(axis=0) @ places, weights.sum(axis=1) @ places) / total)


def _commonest(square: NDArray[np.uint8]) -> float:
    """The share of the commonest of 32 by 32 by 32 colours."""
    shades = (square >> 3).astype(np.int64) @ np.array([1024, 32, 1])
    return float(np.bincount(shades.ravel()).max() / shades.size)


def flat_band(pixels: Floats) -> float:
    """The height of the longest band of rows (h, w, 3) that are of one colour or repeat the row
    above, as a share of all: what decoders put in the place of rows that never arrived, and what
    is kept for good when such a photo is saved again.
    """
    steps = np.abs(np.diff(pixels, axis=0)).mean(axis=(1, 2))
    is_flat = pixels.std(axis=1).max(axis=1) < ONE_COLOUR
    is_flat[1:] |= steps < REPEATED
    others = np.flatnonzero(~np.pad(is_flat, 1))
    return float(np.diff(others).max() - 1) / len(pixels)


def seam(pixels: Floats) -> float:
    """How much the steepest step between two rows (h, w, 3) exceeds those on either side, as a
    share of them, where a step is what half of the width has at least: from where a bit is wrong
    in a JPEG, its colours are shifted to the end, and no line in nature is as straight.
    """
    steps = np.median(np.abs(np.diff(pixels, axis=0)).max(axis=2), axis=1)
    near = np.stack([np.roll(steps, shift) for shift in (-2, -1, 1, 2)]).max(axis=0)
    return max(float(((steps - near) / (near + NOISE))[2:-2].max()), 0.0)


def blockiness(photo: Image.Image) -> float:
    """How much steeper the steps between the 8 by 8 blocks of JPEG are than those beside them, in
    units of the mean step, in the middle of the photo as it came, before any scaling.
    """
    grey = np.asarray(photo.convert("L"), dtype=np.float32)
    top, left = (max((side - 2 * SIDE) // 2, 0) for side in grey.shape)
    middle = grey[top : top + 2 * SIDE, left : left + 2 * SIDE]
    if min(middle.shape) < 2 * BLOCK:
        return 0.0
    return min(_across_blocks(middle), _across_blocks(middle.T))


def _across_blocks(grey: Floats) -> float:
    steps = np.abs(np.diff(grey, axis=1))
    excess = (steps[:, 1:-1] - (steps[:, :-2] + steps[:, 2:]) / 2).mean(axis=0)
    phases = [float(excess[phase::BLOCK].mean()) for phase in range(BLOCK)]
    return max(max(phases) - float(np.median(phases)), 0.0) / max(float(steps.mean()), 0.1)
