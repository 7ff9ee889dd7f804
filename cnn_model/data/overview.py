"""Synthetic overview photos: a lesion, shrunken and shifted, on larger skin."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Pixels = NDArray[np.uint8]
Floats = NDArray[np.floating[Any]]

EDGE = 0.12
"""Of the side of a pasted photo: where it fades into the skin around."""
MIN_SIDE = 8


@dataclass(frozen=True)
class Scene:
    """A square photo (n, n, 3), 0 to 255, and where there is lesion in it, (n, n), 0 to 1."""

    photo: Floats
    mask: Floats

    @property
    def side(self) -> int:
        return len(self.mask)


def bounding_box(mask: Floats) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the lesion in pixels. Raises ValueError without one."""
    rows, columns = (np.flatnonzero((mask > 0.5).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        raise ValueError("There is no lesion in this mask.")
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def resized(pixels: Pixels, side: int) -> Floats:
    """Return a square photo or mask with another side."""
    shape = (side, side)
    small = Image.fromarray(pixels).resize(shape, Image.Resampling.BILINEAR)
    return np.asarray(small, dtype=np.float32)


def spread(skin: Pixels, side: int, copies: float) -> Floats:
    """Return a square of skin with `copies` copies in each direction, mirrored at their edges."""
    inner = max(round(side / copies), MIN_SIDE)
    rest = max(side - inner, 0)
    tile = resized(skin, inner)
    return np.pad(tile, ((0, rest), (0, rest), (0, 0)), mode="symmetric")[:side, :side]


def turned(pixels: Pixels, turns: int) -> Pixels:
    """Return a square after a quarter turn for each of `turns`, mirrored if they are 4 or more."""
    return np.ascontiguousarray(np.rot90(pixels[:, ::-1] if turns >= 4 else pixels, turns % 4))


def on_skin(
    photo: Pixels,
    mask: Pixels,
    skin: Floats,
    fraction: float,
    random: np.random.Generator,
    is_cut_out: bool = False,
) -> Scene:
    """Return a photo that takes `fraction` of the side of `skin` (n, n, 3), at a random place.

    The skin gets the mean colour of that in the photo. The photo fades out at its edges; with
    `is_cut_out` around its lesion, so that less of its own skin is seen. The lesion is wholly in
    view.
    """
    turns = int(random.integers(8))
    inner = max(round(len(skin) * fraction), MIN_SIDE)
    small = resized(turned(photo, turns), inner)
    lesion = resized(turned(mask, turns), inner) / 255
    shown = _fading(inner)
    if is_cut_out:
        shown = shown * _around(lesion, random.uniform(0.03, 0.1))
    own_skin = (shown * (lesion < 0.1))[..., None]
    colour = (small * own_skin).sum(axis=(0, 1)) / max(float(own_skin.sum()), 1e-6)
    if own_skin.sum() < 0.02 * inner**2:
        colour = small.mean(axis=(0, 1))
    canvas = skin - skin.mean(axis=(0, 1)) + colour
    return _pasted(canvas, small, lesion * (shown > 0.5), shown, random)


def _fading(side: int) -> Floats:
    """Return 1 in the middle of a square and less towards its edges, (side, side)."""
    edge = np.minimum(np.arange(side), np.arange(side)[::-1]) / max(EDGE * side, 1.0)
    ramp = np.clip(edge, 0, 1).astype(np.float32)
    return np.minimum(ramp[:, None], ramp[None, :])


def _around(lesion: Floats, margin: float) -> Floats:
    """Return 1 on a lesion and close by, falling to 0 further away, same shape."""
    mask = Image.fromarray((lesion * 255).astype(np.uint8))
    blurred = mask.filter(ImageFilter.GaussianBlur(max(margin * len(lesion), 1.0)))
    return np.clip(np.asarray(blurred, dtype=np.float32) / 64, 0, 1)


def _pasted(
    canvas: Floats, photo: Floats, lesion: Floats, shown: Floats, random: np.random.Generator
) -> Scene:
    side, inner = len(canvas), len(photo)
    try:
        left, top, right, bottom = bounding_box(lesion)
    except ValueError:
        left = top = inner // 4
        right = bottom = inner - inner // 4
    x = int(random.integers(0, max(side - (right - left), 0) + 1)) - left
    y = int(random.integers(0, max(side - (bottom - top), 0) + 1)) - top
    target = np.s_[max(y, 0) : min(y + inner, side), max(x, 0) : min(x + inner, side)]
    source = np.s_[max(-y, 0) : min(side - y, inner), max(-x, 0) : min(side - x, inner)]
    mask = np.zeros((side, side), np.float32)
    mask[target] = lesion[source]
    opacity = shown[source][..., None]
    canvas[target] = canvas[target] * (1 - opacity) + photo[source] * opacity
    return Scene(canvas, mask)


def with_surroundings(scene: Scene, other: Pixels, random: np.random.Generator) -> Scene:
    """Return a scene whose skin ends, with another picture behind it.

    Unchanged if it would cover a part of the lesion.
    """
    side = scene.side
    area = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(area)
    x, y = random.uniform(0.2, 0.8, 2) * side
    if random.random() < 0.5:
        width, height = random.uniform(0.35, 0.9, 2) * side
        pen.ellipse((x - width, y - height, x + width, y + height), fill=255)
    else:
        # A limb across the photo.
        angle, reach = random.uniform(0, np.pi), 2 * side
        dx, dy = reach * np.cos(angle), reach * np.sin(angle)
        ends = [(x - dx, y - dy), (x + dx, y + dy)]
        pen.line(ends, fill=255, width=round(random.uniform(0.5, 1.2) * side))
    soft = area.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 2.0)))
    is_skin = np.asarray(soft, dtype=np.float32) / 255
    if (scene.mask * (is_skin < 0.9)).any():
        return scene
    behind = resized(turned(other, int(random.integers(8))), side)
    if random.random() < 0.4:
        behind = behind * 0.1 + random.uniform(0, 255, 3).astype(np.float32) * 0.9
    opacity = is_skin[..., None]
    return Scene(scene.photo * opacity + behind * (1 - opacity), scene.mask)
