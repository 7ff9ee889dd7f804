"""Labelled photos: reading them, and splitting them by patient and lesion."""

import csv
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.model_selection import StratifiedGroupKFold
from tqdm import tqdm

from cnn_model.serving.context import NO_CONTEXT, Context
from cnn_model.serving.preprocess import central_square
from constants import BODY_SITES, DIAGNOSES, Modality, Sex

NOT_SKIN = "not_skin"
"""The folder of pictures of anything but lesions, and the `modality` of their examples."""
HEALTHY_SKIN = "healthy_skin"
"""The folder of photos of skin without a lesion, and the `stratum` of their examples."""
FOLDERS = {Modality.CLINICAL: "smartphone", Modality.DERMOSCOPIC: "dermoscopy"}
"""The folder of the photos of each modality."""
EXTERNAL = "dermoscopy_more"
"""The folder of the dermoscopic photos of other clinics."""
EXTERNAL_FOLDS = {"isic2017": 1, "isic2020": 2}
"""The fold of each source below `EXTERNAL`.

A whole source is in one validation fold, so that each network is validated on clinics that
contributed no photo to its training (leave one source out).
"""
SOURCES = {"isic2020_a": "isic2020", "isic2020_b": "isic2020"}
"""The source of collections that are two parts of one; others are their own source."""
NAEVUS = "NV"
NO_DIAGNOSIS = NO_FOLD = -1
FOLDS = 10
TEST_FOLDS = (0,)
VALIDATION_FOLDS = (1, 2)
SPLITS = ("training", "validation", "test")
FOLDS_FILE = Path(__file__).with_name("folds.csv")


@dataclass(frozen=True)
class Example:
    """One labelled photo.

    - `stratum`: the source within which classes are balanced.
    - `group`: the patient (clinical), the lesion (dermoscopic) or the photo itself. All photos of a
      group are in the same fold.
    - `diagnosis`: an index into `DIAGNOSES`, `NO_DIAGNOSIS` without a lesion.
    """

    path: Path
    modality: str
    stratum: str
    group: str
    diagnosis: int
    context: Context = NO_CONTEXT

    @property
    def source(self) -> str:
        """The collection that the photo comes from, without its framing."""
        return self.stratum.partition("/")[0]


def read_examples(folder: Path) -> list[Example]:
    """Return all labelled photos below `folder`.

    The folders `smartphone/`, `dermoscopy/` and `not_skin/` are needed; `dermoscopy_more/` and
    `healthy_skin/` are read if they exist. Raises FileNotFoundError if a folder or its labels are
    missing.
    """
    return [
        *_lesions(folder / FOLDERS[Modality.CLINICAL], Modality.CLINICAL, "patient_id"),
        *_lesions(folder / FOLDERS[Modality.DERMOSCOPIC], Modality.DERMOSCOPIC, "lesion_id"),
        *_lesions(folder / EXTERNAL, Modality.DERMOSCOPIC, "patient_id", "lesion_id", "image"),
        *_healthy_skin(folder / HEALTHY_SKIN),
        *_other_pictures(folder / NOT_SKIN),
    ]


def _rows(folder: Path) -> list[dict[str, str]]:
    """Return the rows of the labels in `folder`, none if an optional folder is missing."""
    file = folder / "labels.csv"
    if folder.name in (EXTERNAL, HEALTHY_SKIN) and not file.exists():
        return []
    with file.open(newline="") as labels:
        return list(csv.DictReader(labels))


def _lesions(folder: Path, modality: Modality, *group_columns: str) -> Iterator[Example]:
    codes = list(DIAGNOSES)
    for row in _rows(folder):
        group = next(row[column] for column in group_columns if row[column])
        yield Example(
            path=folder / "images" / row["image"],
            modality=modality,
            stratum=_stratum(row) or folder.name,
            group=f"{folder.name}/{group}",
            # What is only known to be benign is mostly naevi that nobody biopsied.
            diagnosis=codes.index(row["diagnosis"] or NAEVUS),
            context=_context(row, modality),
        )


def _stratum(row: dict[str, str]) -> str:
    """Return the source of a photo and its framing, as far as the labels name them."""
    # Both tell the diagnosis: clinics see different patients, and sharper photos are rarer cases.
    return "/".join(filter(None, (source_of(row), row.get("framing", ""))))


def source_of(row: dict[str, str]) -> str:
    """Return the source in a row of labels, "" if it is not known."""
    source = row.get("source", "")
    return SOURCES.get(source, source)


def _healthy_skin(folder: Path) -> Iterator[Example]:
    # They are parts of smartphone photos, so they stay in the fold of the patient.
    patients = FOLDERS[Modality.CLINICAL]
    for row in _rows(folder):
        path, group = folder / "images" / row["image"], f"{patients}/{row['patient_id']}"
        yield Example(path, NOT_SKIN, HEALTHY_SKIN, group, NO_DIAGNOSIS)


def _context(row: dict[str, str], modality: str) -> Context:
    """Return the clinical metadata in a row of labels, None for unknown values."""
    age, site = row.get("age", ""), row.get("site", "").lower().replace(" ", "_")
    # PAD-UFES-20 has the sex after a biopsy only, so its presence would reveal the label.
    sex = row.get("sex", "").lower() if modality == Modality.DERMOSCOPIC else ""
    return Context(
        age=int(float(age)) if age.replace(".", "", 1).isdigit() else None,
        sex=Sex(sex) if sex in tuple(Sex) else None,
        body_site=site if site in BODY_SITES else None,
    )


def _other_pictures(folder: Path) -> Iterator[Example]:
    paths = sorted((folder / "images").glob("*.jpg"))
    if not paths:
        raise FileNotFoundError(f"No pictures in {folder / 'images'}.")
    for path in paths:
        yield Example(path, NOT_SKIN, NOT_SKIN, f"{NOT_SKIN}/{path.name}", NO_DIAGNOSIS)


@cache
def known_folds() -> dict[str, int]:
    """Return the fold of each group that was used to train or evaluate networks up to 3.0."""
    # A new split of a grown collection would move training photos of these networks to the test
    # fold. So the fold of a group is drawn only once.
    with FOLDS_FILE.open(newline="") as file:
        return {row["group"]: int(row["fold"]) for row in csv.DictReader(file)}


def assign_folds(examples: list[Example], seed: int = 0) -> NDArray[np.int64]:
    """Return the fold of each example, shape (n,), 0 to FOLDS - 1.

    All examples of a group are in one fold. Each fold has about the same proportions of strata and
    diagnoses.
    """
    folds = np.array([_known_fold(example) for example in examples], dtype=np.int64)
    new = np.flatnonzero(folds == NO_FOLD)
    if len(new):
        folds[new] = _drawn_folds([examples[index] for index in new], seed)
    return folds


def _known_fold(example: Example) -> int:
    """Return the fold of an example that needs none drawn, `NO_FOLD` otherwise."""
    return EXTERNAL_FOLDS.get(example.source, known_folds().get(example.group, NO_FOLD))


def _drawn_folds(examples: list[Example], seed: int) -> NDArray[np.int64]:
    folds = np.empty(len(examples), dtype=np.int64)
    strata = [f"{e.stratum}/{e.diagnosis}" for e in examples]
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    groups = [e.group for e in examples]
    for fold, (_, indices) in enumerate(splitter.split(strata, strata, groups)):
        folds[indices] = fold
    return folds


def split(
    examples: list[Example], validation: Sequence[int] = VALIDATION_FOLDS
) -> dict[str, list[Example]]:
    """Return the examples of each of `SPLITS`.

    `validation` names the folds for validation. `TEST_FOLDS` are for testing, all others for
    training.
    """
    names = dict.fromkeys(validation, "validation") | dict.fromkeys(TEST_FOLDS, "test")
    parts: dict[str, list[Example]] = {name: [] for name in SPLITS}
    for example, fold in zip(examples, assign_folds(examples), strict=True):
        parts[names.get(int(fold), "training")].append(example)
    return parts


def load_photos(examples: list[Example], size: int) -> NDArray[np.uint8]:
    """Return the central squares of the photos, shape (n, size, size, 3), with a progress bar."""
    photos = np.empty((len(examples), size, size, 3), dtype=np.uint8)

    def load(index: int) -> None:
        with Image.open(examples[index].path) as photo:
            photos[index] = central_square(photo.convert("RGB"), size)

    with ThreadPoolExecutor() as pool:
        jobs = pool.map(load, range(len(examples)))
        for _ in tqdm(jobs, total=len(examples), desc="Loading photos", unit="photo"):
            pass
    return photos
