"""Outlines and healthy skin beside the drawn photos of `tests.photos`."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.data.synthetic import skin_photo

RADIUS = 0.25
"""Of the lesion in `skin_photo`, as a fraction of the side."""


def disc_mask(side: int) -> NDArray[np.uint8]:
    """Return the mask of the lesion in a square `skin_photo`, 0 or 255."""
    y, x = np.mgrid[0:side, 0:side] - (side - 1) / 2
    return np.where(np.hypot(x, y) < RADIUS * side, 255, 0).astype(np.uint8)


def add_outlines(data: Path, side: int = 48) -> None:
    """Add the outline of every clinical photo below `data`, and squares of healthy skin."""
    clinical, healthy = data / "smartphone", data / "healthy_skin"
    (clinical / "masks").mkdir()
    mask = Image.fromarray(disc_mask(side))
    with (clinical / "labels.csv").open(newline="") as labels:
        rows = list(csv.DictReader(labels))
    for row in rows:
        mask.save(clinical / "masks" / f"{Path(row['image']).stem}.png")
    (healthy / "images").mkdir(parents=True)
    lines = ["image,patient_id"]
    for number, patient in enumerate(sorted({row["patient_id"] for row in rows})[:30]):
        photo = skin_photo((side, side), lesion=False, seed=number)
        photo.save(healthy / "images" / f"{patient}.jpg")
        lines.append(f"{patient}.jpg,{patient}")
    (healthy / "labels.csv").write_text("\n".join(lines) + "\n")
