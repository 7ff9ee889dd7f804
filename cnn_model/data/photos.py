"""Convert the photos of a collection to the folders that `cnn_model.data.dataset` reads."""

import csv
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageOps
from tqdm import tqdm

SHORTER_SIDE = 448
"""Pixels: twice the side that training reads, for networks with a larger input."""
JPEG_QUALITY = 92
DECODE_ERRORS = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""Raised by Pillow for pictures that it cannot read."""

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Photo:
    """One photo of a collection.

    `source` is the original file, `name` the name of the converted file, `labels` its row of
    `labels.csv` without the column `image`.
    """

    source: Path
    name: str
    labels: Labels = field(default_factory=dict)


@dataclass
class Outcome:
    """The names of the photos that were added, already present, duplicates, or unreadable."""

    added: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def report(self) -> str:
        """Return the counts as text, with the names of up to ten unreadable photos."""
        lines = [f"{len(self.added)} photos added, {len(self.present)} were there."]
        if self.duplicates:
            lines.append(f"{len(self.duplicates)} left out that equal another one.")
        if self.unreadable:
            names = ", ".join(sorted(self.unreadable)[:10])
            more = ", …" if len(self.unreadable) > 10 else ""
            lines.append(f"{len(self.unreadable)} left out that cannot be read: {names}{more}")
        return "\n".join(lines)


def add_photos(photos: Sequence[Photo], folder: Path) -> Outcome:
    """Shrink the photos into `folder/images` and add their rows to `folder/labels.csv`.

    Photos that have a row are skipped. Files that an interrupted run has written are kept.
    """
    images, rows = folder / "images", read_rows(folder / "labels.csv")
    images.mkdir(parents=True, exist_ok=True)
    outcome, labelled = Outcome(), {row["image"] for row in rows}
    new = {photo.name: photo for photo in photos if photo.name not in labelled}
    outcome.present = [photo.name for photo in photos if photo.name in labelled]
    outcome.unreadable = shrink_all(new.values(), images)
    seen = {digest(images / name) for name in labelled if (images / name).exists()}
    for name, photo in new.items():
        if name in outcome.unreadable:
            continue
        content = digest(images / name)
        if content in seen:
            outcome.duplicates.append(name)
            (images / name).unlink()
        else:
            outcome.added.append(name)
            seen.add(content)
            rows.append({"image": name, **photo.labels})
    write_rows(rows, folder / "labels.csv")
    return outcome


def add_unlabelled(photos: Sequence[Photo], folder: Path) -> Outcome:
    """Shrink photos that need no labels into `folder/images`."""
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    present = [photo.name for photo in photos if (images / photo.name).exists()]
    unreadable = shrink_all(photos, images)
    skipped = {*present, *unreadable}
    return Outcome(
        added=[photo.name for photo in photos if photo.name not in skipped],
        present=present,
        unreadable=unreadable,
    )


def shrink_all(photos: Iterable[Photo], images: Path) -> list[str]:
    """Write the files that are missing in `images`; return the names of unreadable photos."""
    missing = [photo for photo in photos if not (images / photo.name).exists()]

    def shrink_one(photo: Photo) -> str | None:
        try:
            shrink(photo.source, images / photo.name)
        except DECODE_ERRORS:
            return photo.name
        return None

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = pool.map(shrink_one, missing)
        bar = tqdm(jobs, total=len(missing), desc="Shrinking photos", unit="photo")
        return [name for name in bar if name]


def shrink(source: Path, target: Path) -> None:
    """Write an upright JPEG without metadata, its shorter side at most `SHORTER_SIDE` pixels.

    Raises one of `DECODE_ERRORS`, and writes no file, if `source` is not a complete picture.
    """
    with Image.open(source) as opened:
        photo = ImageOps.exif_transpose(opened).convert("RGB")
    scale = min(1.0, SHORTER_SIDE / min(photo.size))
    size = (round(photo.width * scale), round(photo.height * scale))
    part = target.with_name(f"{target.name}.part")
    small = photo.resize(size, Image.Resampling.LANCZOS) if scale < 1 else photo
    # Otherwise Pillow copies metadata of the source, such as comments, without their origin.
    small.info.clear()
    small.save(part, "JPEG", quality=JPEG_QUALITY)
    part.replace(target)


def digest(file: Path) -> str:
    """Return the SHA-256 of the file in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def read_rows(file: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, none if there is no file."""
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8-sig") as rows:
        return [dict(row) for row in csv.DictReader(rows)]


def write_rows(rows: Sequence[Labels], file: Path) -> None:
    """Write rows with the columns of all, empty where a row lacks one. No file without rows."""
    if not rows:
        return
    columns = list(dict.fromkeys(name for row in rows for name in row))
    part = file.with_name(f"{file.name}.part")
    with part.open("w", newline="") as text:
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    part.replace(file)
