"""Dermoscopic photos of other clinics, assessed by networks that have seen none of them.

A threshold that holds on photos of the training clinics may fail elsewhere. So each source is
assessed by the members of the network that were trained without it (leave one source out). One half
of the photos chooses a threshold (`cnn_model.release.thresholds`), the other half reports what it
achieves.
"""

import csv
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from cnn_model.data.dataset import EXTERNAL, EXTERNAL_FOLDS, source_of
from cnn_model.model_run import Network, assess
from constants import Status

SOURCES = {"isic2017": "ISIC 2017", "isic2020": "ISIC 2020"}
"""The name of each source in reports."""
CHOOSING, REPORTING = "choosing", "reporting"
CACHE = Path("runs/external")


@dataclass(frozen=True)
class ExternalPhoto:
    """A photo of a melanoma or of a benign lesion.

    `group` is the patient, or else the lesion or the photo itself. `fold` is the validation fold
    of the source.
    """

    path: Path
    source: str
    group: str
    is_melanoma: bool
    fold: int

    @property
    def half(self) -> str:
        """Return `CHOOSING` or `REPORTING`, the same for all photos of a group."""
        return (CHOOSING, REPORTING)[zlib.crc32(self.group.encode()) % 2]


@dataclass(frozen=True)
class ExternalAnswer:
    """The answer for an external photo without context.

    `probability` is that of cancer, 0 to 1, and `interval` its interval. `modality` is the one that
    the network recognised.
    """

    probability: float
    modality: str
    is_refused: bool
    is_benign: bool
    is_unfamiliar: bool
    interval: tuple[float, float]


def read_external_photos(data: Path) -> list[ExternalPhoto]:
    """Return the melanomas and benign lesions below `data`, none if there is no such folder."""
    folder = data / EXTERNAL
    if not (folder / "labels.csv").exists():
        return []
    photos = []
    with (folder / "labels.csv").open(newline="") as labels:
        for row in csv.DictReader(labels):
            is_melanoma = row["diagnosis"] == "MEL"
            if is_melanoma or row["group"] == "benign":
                path, source = folder / "images" / row["image"], source_of(row)
                group = row["patient_id"] or row["lesion_id"] or row["image"]
                fold = EXTERNAL_FOLDS[source]
                photos.append(ExternalPhoto(path, SOURCES[source], group, is_melanoma, fold))
    return photos


def assess_external_photos(
    networks: Mapping[int, Network], photos: Sequence[ExternalPhoto], cache: Path = CACHE
) -> list[ExternalAnswer]:
    """Return what each photo is answered by the network for its fold (`left_out_networks`).

    Answers are stored below `cache`, by network and photo, because computing them takes a while.
    """
    cache.mkdir(parents=True, exist_ok=True)
    answers: dict[str, ExternalAnswer] = {}
    for fold, network in networks.items():
        names = [photo.path for photo in photos if photo.fold == fold]
        answers |= _answers_of(network, names, cache)
    return [answers[photo.path.name] for photo in photos]


def _answers_of(network: Network, paths: Sequence[Path], cache: Path) -> dict[str, ExternalAnswer]:
    """Return the answers to the photos by name, those that are not stored yet with a progress bar.

    Each is stored at once.
    """
    file = cache / f"{network.version}-{network.sha256[:12]}.jsonl"
    answers = _stored_answers(file)
    missing = [path for path in paths if path.name not in answers]
    with file.open("a") as lines:
        for path in tqdm(missing, desc="External photos", unit="photo"):
            answers[path.name] = _assess_file(network, path)
            lines.write(json.dumps([path.name, asdict(answers[path.name])]) + "\n")
            lines.flush()
    return answers


def _stored_answers(file: Path) -> dict[str, ExternalAnswer]:
    lines = file.read_text().splitlines() if file.exists() else []
    return {
        # JSON has no tuples.
        name: ExternalAnswer(**values | {"interval": tuple(values["interval"])})
        for name, values in map(json.loads, lines)
    }


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
        is_unfamiliar=answer.is_unfamiliar,
        interval=answer.interval,
    )
