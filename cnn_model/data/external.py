"""Dermoscopic photos of clinics that contributed no training photos (external validation).

A threshold that holds on validation photos may fail on these: validation photos come from the same
clinics and devices as the training photos. One half of the external photos chooses a threshold
(`cnn_model.release.thresholds`), the other half reports what it achieves.
"""

import csv
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from cnn_model.model_run import Network, assess
from constants import Status

FOLDER = "dermoscopy_more"
# Two copies of parts of one collection; one holds melanomas mostly, the other none.
SOURCES = {"isic2017": "ISIC 2017", "isic2020_a": "ISIC 2020", "isic2020_b": "ISIC 2020"}
CHOOSING, REPORTING = "choosing", "reporting"
CACHE = Path("runs/external")


@dataclass(frozen=True)
class ExternalPhoto:
    """A photo of a melanoma or of a benign lesion.

    `group` is the patient, or else the lesion or the photo itself.
    """

    path: Path
    source: str
    group: str
    is_melanoma: bool

    @property
    def half(self) -> str:
        """Return `CHOOSING` or `REPORTING`, the same for all photos of a group."""
        return (CHOOSING, REPORTING)[zlib.crc32(self.group.encode()) % 2]


@dataclass(frozen=True)
class ExternalAnswer:
    """The answer for an external photo without context.

    `probability` is that of cancer, 0 to 1. `modality` is the one that the network recognised.
    """

    probability: float
    modality: str
    is_refused: bool
    is_benign: bool


def read_external_photos(data: Path) -> list[ExternalPhoto]:
    """Return the melanomas and benign lesions below `data`, none if there is no such folder."""
    folder = data / FOLDER
    if not (folder / "labels.csv").exists():
        return []
    photos = []
    with (folder / "labels.csv").open(newline="") as labels:
        for row in csv.DictReader(labels):
            is_melanoma = row["diagnosis"] == "MEL"
            if is_melanoma or row["group"] == "benign":
                path, source = folder / "images" / row["image"], SOURCES[row["source"]]
                group = row["patient_id"] or row["lesion_id"] or row["image"]
                photos.append(ExternalPhoto(path, source, group, is_melanoma))
    return photos


def assess_external_photos(
    network: Network, photos: Sequence[ExternalPhoto], cache: Path = CACHE
) -> list[ExternalAnswer]:
    """Return what the service would answer for each photo.

    Answers are stored below `cache`, by network and photo, because computing them takes a while.
    """
    cache.mkdir(parents=True, exist_ok=True)
    file = cache / f"{network.version}-{network.sha256[:12]}.jsonl"
    answers = _stored_answers(file)
    with file.open("a") as lines:
        for photo in tqdm(photos, desc="External photos", unit="photo"):
            name = photo.path.name
            if name not in answers:
                answers[name] = _assess_file(network, photo.path)
                lines.write(json.dumps([name, asdict(answers[name])]) + "\n")
                lines.flush()
    return [answers[photo.path.name] for photo in photos]


def _stored_answers(file: Path) -> dict[str, ExternalAnswer]:
    lines = file.read_text().splitlines() if file.exists() else []
    return {name: ExternalAnswer(**values) for name, values in map(json.loads, lines)}


def _assess_file(network: Network, path: Path) -> ExternalAnswer:
    with Image.open(path) as opened:
        photo = opened.convert("RGB")
    assessment = assess(network, photo)
    answer = assessment.answer
    return ExternalAnswer(
        probability=answer.probability,
        modality=answer.modality,
        is_refused=assessment.status is None,
        is_benign=assessment.status is Status.BENIGN,
    )
