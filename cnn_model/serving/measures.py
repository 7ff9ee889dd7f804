"""Measures of image quality, from the pixels alone.

Each measure is built to depend as little as possible on the tone of the skin.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from cnn_model.serving.skin_tone import lab

SIDE = 256
SMALL_SIDE, RING = 64, 4
BLOCK = 8
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
WHITE, STEP, EDGE = 245, 1, 60
# Grey levels; of 14,655 photos two have such a band of more than a tenth, the black edge of a lens.
ONE_COLOUR, REPEATED = 1.5, 0.2
NOISE = 3.0
BLUR_ROWS = 5

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


def measure(photo: Image.Image, square: Pixels) -> dict[str, float]:
    """Return the measures of an RGB photo of any size, whose central `square` is (256, 256, 3).

    See `measure_square` for those of the square, and `blockiness`.
    """
    return measure_square(square) | {"blockiness": blockiness(photo)}


def measure_square(square: NDArray[np.uint8]) -> dict[str, float]:
    """Return the measures of the central square of a photo, shape (256, 256, 3).

    - `brightness`: 95th percentile of the brightest channel, 0 to 255. Melanin absorbs red least,
      underexposure darkens all channels alike: this separates dark photos from dark skin better
      than a mean does.
    - `glare_fraction`: fraction of white pixels. `saturation`: mean saturation, 0 to 1.
    - `sharpness`: fraction of the differences between neighbours that a blur removes, 0 to 1
      (Crete et al. 2007, The Blur Effect); it does not depend on the exposure.
    - `border_contrast`: CIELAB distance of the most distinct hundredth of the photo from its
      border. `lesion_area_fraction`: fraction of the photo at half that distance or more.
      `contrast_offset`: distance of the centroid of that area from the centre, in half sides.
    - `uniform_fraction`: fraction of the commonest colour or of pixels without any gradient,
      whichever is less. `edge_fraction`: fraction of steep gradients. Text on paper has both.
    - `flat_band_fraction`, `seam_contrast`: see the functions.
    """
    # One plane for each channel: NumPy is many times as fast along rows as across three values.
    rows = np.ascontiguousarray(square.transpose(2, 0, 1))
    columns = np.ascontiguousarray(rows.swapaxes(1, 2))
    row_steps, column_steps = _differences(rows), _differences(columns)
    brightest, darkest = rows.max(axis=0), rows.min(axis=0)
    luma = square.astype(np.float32) @ LUMA
    contrast, distance = border_contrast(square)
    area = distance > contrast / 2
    steps = _steps(luma)
    measured = {
        "brightness": float(np.percentile(brightest, 95)),
        "glare_fraction": float((darkest >= WHITE).mean()),
        "saturation": float(
            np.divide(brightest - darkest, np.maximum(brightest, 1), dtype=np.float32).mean()
        ),
        "sharpness": _sharpness(luma),
        "border_contrast": contrast,
        "lesion_area_fraction": float(area.mean()),
        "contrast_offset": centroid_offset(area),
        "uniform_fraction": min(float((steps < STEP).mean()), _commonest(square)),
        "edge_fraction": float((steps > EDGE).mean()),
        "flat_band_fraction": max(flat_band(rows, row_steps), flat_band(columns, column_steps)),
        "seam_contrast": max(seam(row_steps), seam(column_steps)),
    }
    return {name: round(value, 4) for name, value in measured.items()}


def _differences(planes: Pixels) -> Pixels:
    """Return how much each row of planes (3, h, w) differs from the one above, (3, h - 1, w)."""
    below, above = planes[:, 1:], planes[:, :-1]
    return np.maximum(below, above) - np.minimum(below, above)


def _steps(luma: Floats) -> Floats:
    return np.abs(np.diff(luma, axis=1))[:-1] + np.abs(np.diff(luma, axis=0))[:, :-1]


def _sharpness(luma: Floats) -> float:
    blurred = _blurred_rows(_blurred_rows(luma).T).T
    left = np.abs(np.diff(blurred, axis=1)).mean()
    return max(1 - float(left / max(np.abs(np.diff(luma, axis=1)).mean(), 1e-6)), 0.0)


def _blurred_rows(luma: Floats) -> Floats:
    """Return the mean of each five rows."""
    count = len(luma) - BLUR_ROWS + 1
    total = np.sum([luma[row : row + count] for row in range(BLUR_ROWS)], axis=0)
    return np.asarray(total / BLUR_ROWS)


def border_contrast(square: NDArray[np.uint8]) -> tuple[float, Floats]:
    """Return the contrast of a square photo against its border, and the map behind it.

    The map (64, 64) has the CIELAB distance of each cell from the median colour of the border; the
    contrast is its 99th percentile inside the border.
    """
    small = Image.fromarray(square).resize((SMALL_SIDE, SMALL_SIDE), Image.Resampling.BOX)
    colours = lab(np.asarray(small.filter(ImageFilter.GaussianBlur(1))))
    inner = slice(RING, -RING)
    ring = np.ones((SMALL_SIDE, SMALL_SIDE), dtype=bool)
    ring[inner, inner] = False
    distance = np.linalg.norm(colours - np.median(colours[ring], axis=0), axis=-1)
    return float(np.percentile(distance[inner, inner], 99)), distance


def centroid_offset(weights: NDArray[Any]) -> float:
    """Return the distance of the centroid of weights (n, n), all 0 or above, from the centre.

    In half sides: 0 at the centre, up to 1.4 in a corner; 0 if all weights are 0.
    """
    side = len(weights)
    positions = (np.arange(side) - (side - 1) / 2) / (side / 2)
    total = max(float(weights.sum()), 1e-9)
    x, y = weights.sum(axis=0) @ positions, weights.sum(axis=1) @ positions
    return float(np.hypot(x, y) / total)


def _commonest(square: NDArray[np.uint8]) -> float:
    """Return the fraction of the commonest of 32 by 32 by 32 colours."""
    shades = (square >> 3).astype(np.int64) @ np.array([1024, 32, 1])
    return float(np.bincount(shades.ravel()).max() / shades.size)


def flat_band(planes: Pixels, steps: Pixels) -> float:
    """Return the height of the longest band of flat rows, as a fraction of all.

    From planes (3, h, w) and the steps between their rows. A flat row has one colour or repeats the
    row above. Decoders fill rows that never arrived like that, and the band stays when such a photo
    is saved again.
    """
    is_flat = planes.std(axis=2, dtype=np.float32).max(axis=0) < ONE_COLOUR
    is_flat[1:] |= steps.mean(axis=(0, 2)) < REPEATED
    others = np.flatnonzero(~np.pad(is_flat, 1))
    return float(np.diff(others).max() - 1) / len(is_flat)


def seam(steps: Pixels) -> float:
    """Return how much the steepest of the steps between rows (3, h, w) exceeds its neighbours.

    As a fraction of them; a step counts with what at least half of the width has. After a wrong bit
    in a JPEG all colours are shifted to the end of the picture, and no line in nature is as
    straight.
    """
    # NumPy sorts 16 bits many times as fast as it finds the median of eight.
    ordered = np.sort(steps.max(axis=0).astype(np.int16), axis=1)
    middle = ordered.shape[1] // 2
    medians = (ordered[:, middle - 1] + ordered[:, middle]) / 2
    near = np.stack([np.roll(medians, shift) for shift in (-2, -1, 1, 2)]).max(axis=0)
    return max(float(((medians - near) / (near + NOISE))[2:-2].max()), 0.0)


def blockiness(photo: Image.Image) -> float:
    """Return how much steeper steps between the 8 by 8 blocks of JPEG are than their neighbours.

    In units of the mean step, in the centre of the photo as it came, before any scaling.
    """
    left, top = (max((side - 2 * SIDE) // 2, 0) for side in photo.size)
    right, bottom = min(left + 2 * SIDE, photo.width), min(top + 2 * SIDE, photo.height)
    # Only the pixels that count are made grey.
    middle = np.asarray(photo.crop((left, top, right, bottom)).convert("L"), dtype=np.int16)
    if min(middle.shape) < 2 * BLOCK:
        return 0.0
    return min(_across_blocks(middle), _across_blocks(middle.T))


def _across_blocks(grey: NDArray[np.int16]) -> float:
    steps = np.abs(np.diff(grey, axis=1)).mean(axis=0)
    excess = steps[1:-1] - (steps[:-2] + steps[2:]) / 2
    phases = [float(excess[phase::BLOCK].mean()) for phase in range(BLOCK)]
    return max(max(phases) - float(np.median(phases)), 0.0) / max(float(steps.mean()), 0.1)
