"""Photos with an outline of their lesion, and photos without a lesion, for the outline network.

Outlines of clinical photos were drawn by hand (`smartphone/masks/`). Dermoscopic photos get one
where two published thresholds agree.
"""

import csv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from tqdm import tqdm

from cnn_model.data.background import empty_squares
from cnn_model.data.dataset import NOT_SKIN, SPLITS, Example, load_photos, split
from cnn_model.serving.measures import SMALL_SIDE, border_contrast
from cnn_model.serving.preprocess import central_square
from constants import Modality

SOURCE_SIDE = 160
"""Side of the photos in memory, in pixels."""
HEALTHY_SKIN = "healthy_skin"
SKIN_SIDES = range(32, 15, -2)
"""Of a square of skin, in cells of 64 by 64: the largest free one is taken."""
MIN_CONTRAST = 12.0
MIN_AGREEMENT = 0.75
PSEUDO_AREAS = (0.02, 0.6)
DERMOSCOPIC = 1200
"""Most dermoscopic photos that are tried, of each part of the split."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class OutlineData:
    """Photos of one part of the split, all (n, 160, 160, 3), with masks (n, 160, 160) of 0 or 255.

    `clinical` and `dermoscopic` photos have masks, `skin` and `others` show no lesion. `names` are
    the file names of the clinical photos, `groups` their patients.
    """

    clinical: Pixels
    clinical_masks: Pixels
    dermoscopic: Pixels
    dermoscopic_masks: Pixels
    skin: Pixels
    others: Pixels
    names: tuple[str, ...]
    groups: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Return the number of photos of each kind."""
        kinds = ("clinical", "dermoscopic", "skin", "others")
        return {kind: len(getattr(self, kind)) for kind in kinds}


def mask_file(example: Example) -> Path:
    """Return where the outline of a photo would be."""
    return example.path.parents[1] / "masks" / f"{example.path.stem}.png"


def read_mask(file: Path, side: int) -> Pixels:
    """Return the central square of an outline, (side, side), 0 or 255. Raises OSError."""
    with Image.open(file) as mask:
        square = central_square(mask.convert("L"), side)
    return np.where(square > 127, 255, 0).astype(np.uint8)


def read_outline_data(data: Path, examples: list[Example]) -> dict[str, OutlineData]:
    """Return the photos of each part of the split of all `examples` below `data`.

    The squares of `healthy_skin/`, which may be missing, are in the part of their patient.
    """
    parts = split(examples)
    part_of = {example.group: name for name in SPLITS for example in parts[name]}
    healthy: dict[str, list[Path]] = {name: [] for name in SPLITS}
    for file, group in _healthy_skin(data / HEALTHY_SKIN):
        healthy[part_of.get(group, "training")].append(file)
    return {name: _read_part(parts[name], healthy[name]) for name in SPLITS}


def _healthy_skin(folder: Path) -> list[tuple[Path, str]]:
    """Return the files of squares of healthy skin, and the group of each."""
    if not (folder / "labels.csv").exists():
        return []
    with (folder / "labels.csv").open(newline="") as labels:
        rows = list(csv.DictReader(labels))
    return [(folder / "images" / row["image"], f"smartphone/{row['patient_id']}") for row in rows]


def _read_part(examples: list[Example], healthy: list[Path]) -> OutlineData:
    outlined = [e for e in examples if e.modality == Modality.CLINICAL and mask_file(e).exists()]
    clinical = load_photos(outlined, SOURCE_SIDE)
    masks = _stack([read_mask(mask_file(e), SOURCE_SIDE) for e in outlined], ())
    dermoscopic = _some([e for e in examples if e.modality == Modality.DERMOSCOPIC])
    photos, pseudo = _with_pseudo_outlines(load_photos(dermoscopic, SOURCE_SIDE))
    others = [e for e in examples if e.modality == NOT_SKIN]
    return OutlineData(
        clinical=clinical,
        clinical_masks=masks,
        dermoscopic=photos,
        dermoscopic_masks=pseudo,
        skin=_stack([*_squares_of(healthy), *_skin_beside(clinical, masks)], (3,)),
        others=load_photos(others, SOURCE_SIDE),
        names=tuple(example.path.name for example in outlined),
        groups=tuple(example.group for example in outlined),
    )


def _some(examples: list[Example]) -> list[Example]:
    order = np.random.default_rng(0).permutation(len(examples))
    return [examples[index] for index in order[:DERMOSCOPIC]]


def _stack(squares: Sequence[Pixels], channels: tuple[int, ...]) -> Pixels:
    shape = (len(squares), SOURCE_SIDE, SOURCE_SIDE, *channels)
    return np.stack(squares) if squares else np.zeros(shape, np.uint8)


def _squares_of(files: Sequence[Path]) -> list[Pixels]:
    squares = []
    for file in files:
        with Image.open(file) as photo:
            squares.append(central_square(photo.convert("RGB"), SOURCE_SIDE))
    return squares


def _skin_beside(photos: Pixels, masks: Pixels) -> list[Pixels]:
    """Return a square of skin of each photo that has one without lesion or contrast, enlarged."""
    found = [skin_beside(photo, mask) for photo, mask in zip(photos, masks, strict=True)]
    return [square for square in found if square is not None]


def skin_beside(photo: Pixels, mask: Pixels) -> Pixels | None:
    """Return the largest square of a photo that is off its lesion and plain, enlarged, or None."""
    contrast, distance = border_contrast(photo)
    shape = (SMALL_SIDE, SMALL_SIDE)
    # The outlines are rough: a margin of a twentieth of the side stays free.
    wide = (
        Image.fromarray(mask).resize(shape, Image.Resampling.BOX).filter(ImageFilter.MaxFilter(7))
    )
    is_taken = (np.asarray(wide) > 0) | (distance > max(0.5 * contrast, 6.0))
    for side in SKIN_SIDES:
        corners = np.argwhere(empty_squares(is_taken, side))
        if len(corners):
            top, left = corners[len(corners) // 2] * len(photo) / SMALL_SIDE
            length = side * len(photo) / SMALL_SIDE
            box = (left, top, left + length, top + length)
            size = (len(photo), len(photo))
            return np.asarray(
                Image.fromarray(photo).resize(size, Image.Resampling.BICUBIC, box=box)
            )
    return None


def _with_pseudo_outlines(photos: Pixels) -> tuple[Pixels, Pixels]:
    """Return the dermoscopic photos that get an outline, and the outlines."""
    with ThreadPoolExecutor(2) as pool:
        jobs = pool.map(threshold_outline, photos)
        found = list(tqdm(jobs, total=len(photos), desc="Thresholds", unit="photo"))
    kept = [index for index, mask in enumerate(found) if mask is not None]
    return photos[kept], _stack([mask for mask in found if mask is not None], ())


def threshold_outline(photo: Pixels) -> Pixels | None:
    """Return the outline of the lesion in a square dermoscopic photo, (side, side), 0 or 255.

    None unless there is contrast, and Otsu's threshold of the blue channel (Otsu 1979) agrees with
    the distance from the colour of the border.
    """
    contrast, distance = border_contrast(photo)
    by_colour = distance > contrast / 2
    small = Image.fromarray(photo).resize(by_colour.shape, Image.Resampling.BOX)
    blue = np.asarray(small.filter(ImageFilter.GaussianBlur(1)))[..., 2]
    by_blue = blue < otsu(blue)
    both, either = by_colour & by_blue, by_colour | by_blue
    low, high = PSEUDO_AREAS
    is_cut = max(both[[0, -1]].mean(), both[:, [0, -1]].mean()) > 0.1
    if contrast < MIN_CONTRAST or not low < both.mean() < high or is_cut:
        return None
    if both.sum() < MIN_AGREEMENT * either.sum():
        return None
    image = Image.fromarray((either * 255).astype(np.uint8)).resize(photo.shape[:2])
    smooth = image.filter(ImageFilter.GaussianBlur(len(photo) / 64))
    return np.where(np.asarray(smooth) > 127, 255, 0).astype(np.uint8)


def otsu(values: Pixels) -> int:
    """Return the threshold that separates two classes of grey levels best (Otsu 1979)."""
    counts = np.bincount(values.ravel(), minlength=256).astype(np.float64)
    below, sums = counts.cumsum(), (counts * np.arange(256)).cumsum()
    above, total = below[-1] - below, sums[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (total - sums) / above) ** 2
    return int(np.nanargmax(between)) + 1
