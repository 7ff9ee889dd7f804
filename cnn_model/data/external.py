"""Dermoscopic photos of other clinics than those that the network learned from.

At home a threshold holds because validation photos come from the same rooms and devices as the
others. What a stranger's photo is answered can only be seen on strangers' photos: one half of them
chooses a threshold (`cnn_model.release.thresholds`), the other half says what it is worth.
"""

import csv
import json
import zlib
from collections.abc import Iterator, Sequence
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
CACHE = Path("runs/strangers")


@dataclass(frozen=True)
class ExternalPhoto:
    """A photo of a melanoma or of a benign lesion; `group` is the patient where that is known."""

    path: Path
    source: str
    group: str
    is_melanoma: bool

    @property
    def half(self) -> str:
        """All photos of a group are in the same half."""
        return (CHOOSING, REPORTING)[zlib.crc32(self.group.encode()) % 2]


@dataclass(frozen=True)
class ExternalAnswer:
    """What a photo was answered, with nothing told; `modality` is what the network took it for."""

    probability: float
    modality: str
    is_refused: bool
    is_benign: bool


def read_external_photos(data: Path) -> list[ExternalPhoto]:
    """Return the photos below `data`; none where the collection is not there."""
    labels = data / FOLDER / "labels.csv"
    if not labels.exists():
        return []
    with labels.open(newline="") as rows:
        return list(_strangers(data / FOLDER / "images", csv.DictReader(rows)))


def _strangers(images: Path, rows: Iterator[dict[str, str]]) -> Iterator[ExternalPhoto]:
    for row in rows:
        group = row["patient_id"] or row["lesion_id"] or row["image"]
        is_melanoma = row["diagnosis"] == "MEL"
        if is_melanoma or row["group"] == "benign":
            yield ExternalPhoto(images / row["image"], SOURCES[row["source"]], group, is_melanoma)


def ask(
    network: Network, strangers: Sequence[ExternalPhoto], cache: Path = CACHE
) -> list[ExternalAnswer]:
    """Return what the service would answer; kept below `cache`, because each takes a while."""
    cache.mkdir(parents=True, exist_ok=True)
    file = cache / f"{network.version}-{network.sha256[:12]}.jsonl"
    known = _kept(file)
    with file.open("a") as kept:
        for stranger in tqdm(strangers, desc="Strangers' photos", unit="photo"):
            name = stranger.path.name
            if name not in known:
                known[name] = _ask(network, stranger.path)
                kept.write(json.dumps([name, asdict(known[name])]) + "\n")
                kept.flush()
    return [known[stranger.path.name] for stranger in strangers]


def _kept(file: Path) -> dict[str, ExternalAnswer]:
    lines = file.read_text().splitlines() if file.exists() else []
    return {name: ExternalAnswer(**said) for name, said in map(json.loads, lines)}


def _ask(network: Network, path: Path) -> ExternalAnswer:
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
