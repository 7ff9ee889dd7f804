"""The labelled photos: reading them, and splitting them by patient and lesion."""

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
"""Stands in the place of a modality for pictures of anything but lesions."""
FOLDERS = {Modality.CLINICAL: "smartphone", Modality.DERMOSCOPIC: "dermoscopy"}
"""The folders of the photos, by modality."""
NO_DIAGNOSIS = NO_FOLD = -1
FOLDS = 10
TEST_FOLDS = (0,)
VALIDATION_FOLDS = (1, 2)
SPLITS = ("training", "validation", "test")
FOLDS_FILE = Path(__file__).with_name("folds.csv")


@dataclass(frozen=True)
class Example:
    """One labelled photo.

    `group` names what must stay on one side of a split: the patient (smartphone), the lesion
    (dermoscopy) or the photo itself. `diagnosis` indexes `DIAGNOSES`; -1 where there is no lesion.
    """

    path: Path
    modality: str
    stratum: str
    group: str
    diagnosis: int
    context: Context = NO_CONTEXT


def read_examples(folder: Path) -> list[Example]:
    """All labelled photos below `folder` (`smartphone/`, `dermoscopy/`, `not_skin/`).

    Raises FileNotFoundError where a folder or its labels are missing.
    """
    return [
        *_labelled(folder, Modality.CLINICAL, "patient_id"),
        *_labelled(folder, Modality.DERMOSCOPIC, "lesion_id"),
        *_negatives(folder / NOT_SKIN),
    ]


def _labelled(data: Path, modality: Modality, group: str) -> Iterator[Example]:
    codes, folder = list(DIAGNOSES), data / FOLDERS[modality]
    with (folder / "labels.csv").open(newline="") as labels:
        for row in csv.DictReader(labels):
            yield Example(
                path=folder / "images" / row["image"],
                modality=modality,
                stratum=row.get("framing") or folder.name,
                group=f"{folder.name}/{row[group]}",
                diagnosis=codes.index(row["diagnosis"]),
                context=_context(row, modality),
            )


def _context(row: dict[str, str], modality: str) -> Context:
    """What the labels tell; anything unknown is not told. On smartphone photos `sex` was only asked
    of people whose lesion was biopsied, so its presence would tell the label: never read there.
    """
    age, site = row.get("age", ""), row.get("site", "").lower().replace(" ", "_")
    sex = row.get("sex", "").lower() if modality == Modality.DERMOSCOPIC else ""
    return Context(
        age=int(float(age)) if age.replace(".", "", 1).isdigit() else None,
        sex=Sex(sex) if sex in tuple(Sex) else None,
        body_site=site if site in BODY_SITES else None,
    )


def _negatives(folder: Path) -> Iterator[Example]:
    paths = sorted((folder / "images").glob("*.jpg"))
    if not paths:
        raise FileNotFoundError(f"No pictures in {folder / 'images'}.")
    for path in paths:
        yield Example(path, NOT_SKIN, NOT_SKIN, f"{NOT_SKIN}/{path.name}", NO_DIAGNOSIS)


@cache
def known_folds() -> dict[str, int]:
    """Return the folds of the groups that the networks up to 2.2 learned from or were judged on.

    A network may not be judged on what it learned, however the collections grow: the fold of a
    group is drawn once.
    """
    with FOLDS_FILE.open(newline="") as file:
        return {row["group"]: int(row["fold"]) for row in csv.DictReader(file)}


def assign_folds(examples: list[Example], seed: int = 0) -> NDArray[np.int64]:
    """The fold of each example, shape (n,), 0 to FOLDS - 1: no group stands in two folds, and
    every fold has about the same share of each modality and diagnosis.
    """
    known = known_folds()
    folds = np.array([known.get(example.group, NO_FOLD) for example in examples], dtype=np.int64)
    new = np.flatnonzero(folds == NO_FOLD)
    if len(new):
        folds[new] = _drawn_folds([examples[place] for place in new], seed)
    return folds


def _drawn_folds(examples: list[Example], seed: int) -> NDArray[np.int64]:
    folds = np.empty(len(examples), dtype=np.int64)
    strata = [f"{e.stratum}/{e.diagnosis}" for e in examples]
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    groups = [e.group for e in examples]
    for fold, (_, members) in enumerate(splitter.split(strata, strata, groups)):
        folds[members] = fold
    return folds


def split(
    examples: list[Example], validation: Sequence[int] = VALIDATION_FOLDS
) -> dict[str, list[Example]]:
    """The examples of each of `SPLITS`: those of the folds `validation`, of the test folds, and
    all others to train on.
    """
    names = dict.fromkeys(validation, "validation") | dict.fromkeys(TEST_FOLDS, "test")
    parts: dict[str, list[Example]] = {name: [] for name in SPLITS}
    for example, fold in zip(examples, assign_folds(examples), strict=True):
        parts[names.get(int(fold), "training")].append(example)
    return parts


def load_photos(examples: list[Example], size: int) -> NDArray[np.uint8]:
    """The photos as one array of shape (n, size, size, 3), with a progress bar."""
    photos = np.empty((len(examples), size, size, 3), dtype=np.uint8)

    def load(index: int) -> None:
        with Image.open(examples[index].path) as photo:
            photos[index] = central_square(photo.convert("RGB"), size)

    with ThreadPoolExecutor() as pool:
        jobs = pool.map(load, range(len(examples)))
        for _ in tqdm(jobs, total=len(examples), desc="Loading photos", unit="photo"):
            pass
    return photos
