"""Brings photos of a public collection into the folders that `cnn_model.data.dataset` reads."""

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
"""Pixels: twice what training takes of the central square, and room for larger networks."""
QUALITY = 92
BROKEN = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""What Pillow raises for pictures that it cannot read."""

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Photo:
    """One photo of a collection: its file, and its row of `labels.csv` but for `image`."""

    source: Path
    name: str
    labels: Labels = field(default_factory=dict)


@dataclass
class Outcome:
    """What became of the photos, by their names in `images/`."""

    added: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    identical: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def report(self) -> str:
        lines = [f"{len(self.added)} photos added, {len(self.known)} were there."]
        if self.identical:
            lines.append(f"{len(self.identical)} left out that equal another one.")
        if self.broken:
            names = ", ".join(sorted(self.broken)[:10])
            more = ", …" if len(self.broken) > 10 else ""
            lines.append(f"{len(self.broken)} left out that cannot be read: {names}{more}")
        return "\n".join(lines)


def add_photos(photos: Sequence[Photo], folder: Path) -> Outcome:
    """Shrinks the photos into `folder/images` and adds their rows to `folder/labels.csv`.

    Photos that have a row stay as they are, and files that a stopped run left are not made again.
    """
    images, rows = folder / "images", read_rows(folder / "labels.csv")
    images.mkdir(parents=True, exist_ok=True)
    outcome, labelled = Outcome(), {row["image"] for row in rows}
    new = {photo.name: photo for photo in photos if photo.name not in labelled}
    outcome.known = [photo.name for photo in photos if photo.name in labelled]
    outcome.broken = shrink_all(new.values(), images)
    seen = {digest(images / name) for name in labelled if (images / name).exists()}
    for name, photo in new.items():
        if name in outcome.broken:
            continue
        mark = digest(images / name)
        (outcome.identical if mark in seen else outcome.added).append(name)
        if mark in seen:
            (images / name).unlink()
        else:
            seen.add(mark)
            rows.append({"image": name, **photo.labels})
    write_rows(rows, folder / "labels.csv")
    return outcome


def add_unlabelled(photos: Sequence[Photo], folder: Path) -> Outcome:
    """Shrinks photos that need no labels into `folder/images`."""
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    known = [photo.name for photo in photos if (images / photo.name).exists()]
    broken = shrink_all(photos, images)
    left_out = {*known, *broken}
    return Outcome([p.name for p in photos if p.name not in left_out], known, [], broken)


def shrink_all(photos: Iterable[Photo], images: Path) -> list[str]:
    """Makes the files that are missing, and returns the names of those that cannot be made."""
    missing = [photo for photo in photos if not (images / photo.name).exists()]

    def shrink_one(photo: Photo) -> str | None:
        try:
            shrink(photo.source, images / photo.name)
        except BROKEN:
            return photo.name
        return None

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = pool.map(shrink_one, missing)
        bar = tqdm(jobs, total=len(missing), desc="Shrinking photos", unit="photo")
        return [name for name in bar if name]


def shrink(source: Path, target: Path) -> None:
    """An upright JPEG without metadata, its shorter side at most `SHORTER_SIDE` pixels.

    Raises one of `BROKEN`, and leaves no file, where `source` is no whole picture.
    """
    with Image.open(source) as opened:
        photo = ImageOps.exif_transpose(opened).convert("RGB")
    scale = min(1.0, SHORTER_SIDE / min(photo.size))
    size = (round(photo.width * scale), round(photo.height * scale))
    part = target.with_name(f"{target.name}.part")
    small = photo.resize(size, Image.Resampling.LANCZOS) if scale < 1 else photo
    # What Pillow carries over from the source, such as comments, does not tell where it comes from.
    small.info.clear()
    small.save(part, "JPEG", quality=QUALITY)
    part.replace(target)


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def read_rows(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, none where there is no file."""
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8-sig") as rows:
        return [dict(row) for row in csv.DictReader(rows)]


def write_rows(rows: Sequence[Labels], file: Path) -> None:
    """All columns of all rows, empty where a row has none of that name."""
    if not rows:
        return
    columns = list(dict.fromkeys(name for row in rows for name in row))
    part = file.with_name(f"{file.name}.part")
    with part.open("w", newline="") as text:
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    part.replace(file)
