"""The description beside a network file: its origin, calibration, limits and digests."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cnn_model.serving.calibration import CODES, OUTPUTS, Calibration
from cnn_model.serving.lesion_view import LesionLimits, limits_before_2_2
from constants import Modality

NAME = "skin_cancer_model"
"""The name of the network and of its files."""
BUNDLED = Path(__file__).parents[1]
"""The folder of the bundled network."""
# Written under these keys since version 2.0. A chosen network is known by the digest of its
# description, so the format cannot change without breaking every choice.
FILE_KEYS = {Modality.CLINICAL: "smartphone", Modality.DERMOSCOPIC: "dermoscopy"}


def sha256(content: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def lineage(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the records of all training runs behind a network, in order of time.

    A run that continued from the network of another one holds its record as `before`.
    """
    before = run.get("before")
    return [*(lineage(before) if before else []), run]


@dataclass(frozen=True)
class Description:
    """The network `name`, made on the date `created`.

    - `sha256`: the digest of the file of each engine. `calibrations`: one for each modality.
    - `reference`: the 10 logits for `reference_picture()`.
    - `training`, `validation`: records of the training runs, and of what chose the thresholds.
    """

    name: str
    version: str
    created: str
    input_size: int
    sha256: Mapping[str, str]
    calibrations: Mapping[Modality, Calibration]
    lesion: LesionLimits
    reference: tuple[float, ...]
    training: Mapping[str, Any]
    validation: Mapping[str, Any]

    def __post_init__(self) -> None:
        if len(self.reference) != OUTPUTS or not all(map(math.isfinite, self.reference)):
            raise ValueError("The reference answer is not one finite number per output.")
        if self.input_size < 1:
            raise ValueError("The input size is out of range.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Description":
        """Raises KeyError, TypeError or ValueError if `values` is not what `to_dict` gave."""
        if tuple(values["diagnoses"]) != CODES:
            raise ValueError("The network was trained for other diagnoses.")
        return cls(
            name=str(values["name"]),
            version=str(values["version"]),
            created=str(values["created"]),
            input_size=int(values["input_size"]),
            sha256={str(engine): str(digest) for engine, digest in values["sha256"].items()},
            calibrations={
                modality: Calibration.from_dict(values["calibrations"][key])
                for modality, key in FILE_KEYS.items()
            },
            lesion=(
                LesionLimits.from_dict(_by_modality(values["lesion"]))
                if "lesion" in values
                else limits_before_2_2(float(values["lesion_threshold"]))
            ),
            reference=tuple(float(value) for value in values["reference"]),
            training=dict(values["training"]),
            validation=dict(values["validation"]),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the description as it is written to its file."""
        values = asdict(self)
        offsets = values["lesion"]["off_centre_beyond"]
        values["lesion"]["off_centre_beyond"] = {k: offsets[m] for m, k in FILE_KEYS.items()}
        values["calibrations"] = {k: values["calibrations"][m] for m, k in FILE_KEYS.items()}
        return {**values, "diagnoses": CODES}

    @classmethod
    def read(cls, file: Path) -> "Description":
        """Read the file. Raises OSError, AttributeError, or what `from_dict` raises."""
        return cls.from_dict(json.loads(file.read_text()))

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(self.to_dict(), indent=2, allow_nan=False) + "\n")


def _by_modality(lesion: Mapping[str, Any]) -> dict[str, Any]:
    """Return the limits with their offsets by modality instead of by `FILE_KEYS`."""
    offsets = lesion["off_centre_beyond"]
    return {**lesion, "off_centre_beyond": {m: offsets[key] for m, key in FILE_KEYS.items()}}
