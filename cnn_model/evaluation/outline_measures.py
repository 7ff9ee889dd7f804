"""How well outlines and regions fit: Dice, hits, and synthetic overview photos by lesion size."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.data.outlines import OutlineData, Pixels
from cnn_model.data.overview import Scene, bounding_box, on_skin, spread, with_surroundings
from cnn_model.serving.outline import Outline, OutlineNetwork

Bools = NDArray[np.bool_]
Box = tuple[float, float, float, float]

LESION_SIZES = ((0.04, 0.08), (0.08, 0.15), (0.15, 0.3), (0.3, 0.6))
"""Longest side of a lesion, as a fraction of the side of the overview photo."""
SCENE_SIDE = 256
MIN_IOU = 0.3


@dataclass(frozen=True)
class OutlineAnswer:
    """What was found in one photo: the Dice coefficient, 0 without an outline."""

    is_outlined: bool
    dice: float


def dice(first: Bools, second: Bools) -> float:
    """Return the Dice coefficient of two masks, 1 if both are empty."""
    total = int(first.sum() + second.sum())
    return 2 * int((first & second).sum()) / total if total else 1.0


def full_size(outline: Outline, side: int) -> Bools:
    """Return the mask of an outline with the side of its square photo."""
    image = Image.fromarray(outline.mask.astype(np.uint8) * 255)
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR)) > 127


def answer(network: OutlineNetwork, photo: Pixels, mask: Pixels) -> OutlineAnswer:
    """Return how well the outline of a square photo fits its mask."""
    outline = network.outline(Image.fromarray(photo))
    if outline is None:
        return OutlineAnswer(False, 0.0)
    return OutlineAnswer(True, dice(full_size(outline, len(mask)), mask > 127))


def iou(first: Box, second: Box) -> float:
    """Return the intersection over the union of two boxes: left, top, right, bottom."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    shared = max(width, 0.0) * max(height, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return shared / (sum(areas) - shared)


def is_hit(outline: Outline | None, truth: Box, side: int) -> bool:
    """Return whether the region is on the lesion whose box is `truth`, in a square photo.

    Its centre lies in the box, and its square and the smallest square around the box with the same
    centre have an intersection over union of at least `MIN_IOU`.
    """
    if outline is None:
        return False
    region = outline.region
    left, top, right, bottom = truth
    x, y = region.x * side, region.y * side
    half = max(right - left, bottom - top) / 2
    middle = ((left + right) / 2, (top + bottom) / 2)
    square = (middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half)
    is_inside = left <= x <= right and top <= y <= bottom
    return is_inside and iou(region.box(side, side), square) >= MIN_IOU


def overviews(
    data: OutlineData, sizes: tuple[float, float], seed: int, side: int = SCENE_SIDE
) -> Iterator[Scene]:
    """Yield an overview photo of each clinical photo whose lesion can have one of these sizes."""
    random = np.random.default_rng(seed)
    for photo, mask in zip(data.clinical, data.clinical_masks, strict=True):
        left, top, right, bottom = bounding_box(mask / np.float32(255))
        longest = max(right - left, bottom - top) / len(mask)
        wanted = float(np.exp(random.uniform(*np.log(sizes))))
        if wanted > longest:
            # It would have to be enlarged.
            continue
        skin = data.skin[int(random.integers(len(data.skin)))]
        canvas = spread(skin, side, float(random.choice([1.0, 1.5, 2.0, 3.0])))
        fraction = wanted / longest
        scene = on_skin(photo, mask, canvas, fraction, random, bool(random.random() < 0.5))
        if len(data.others) and random.random() < 0.35:
            other = data.others[int(random.integers(len(data.others)))]
            scene = with_surroundings(scene, other, random)
        if (scene.mask > 0.5).any():
            yield scene


def hits(network: OutlineNetwork, scenes: Iterator[Scene]) -> Bools:
    """Return whether each lesion was hit, (n,)."""
    found = []
    for scene in scenes:
        photo = Image.fromarray(np.clip(scene.photo, 0, 255).astype(np.uint8))
        found.append(is_hit(network.outline(photo), bounding_box(scene.mask), scene.side))
    return np.array(found, dtype=np.bool_)


def is_outlined(network: OutlineNetwork, photos: Pixels) -> Bools:
    """Return in which photos something is outlined, (n,)."""
    found = [network.outline(Image.fromarray(photo)) is not None for photo in photos]
    return np.array(found, dtype=np.bool_)
