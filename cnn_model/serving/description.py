"""What is written beside a network file: what it is, and how its output is to be read."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cnn_model.serving.calibration import CODES, OUTPUTS, Calibration
from cnn_model.serving.lesion_view import LesionLimits, limits_before_2_2
from constants import DERMOSCOPY, SMARTPHONE

NAME = "skin_cancer_model"
"""Of the network, and of its files."""
BUNDLED = Path(__file__).parents[1]
"""The folder of the network that comes with the code."""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def lineage(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The records of the runs that a network went through, the first one first: a run that went on
    from the network of another holds the record of that as `before`.
    """
    before = run.get("before")
    return [*(lineage(before) if before else []), run]


@dataclass(frozen=True)
class Description:
    """The network `name`, made on the date `created`.

    `sha256` has one entry per engine, `calibrations` one per kind of
    photo, `reference` the 10 logits for `reference_picture()`,
    `training` and `validation` whatever is worth keeping of how it came about.
    """

    name: str
    version: str
    created: str
    input_size: int
    sha256: Mapping[str, str]
    calibrations: Mapping[str, Calibration]
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
        """Raises KeyError, TypeError or ValueError where `values` is not what `to_dict` gave."""
        if tuple(values["diagnoses"]) != CODES:
            raise ValueError("The network was trained for other diagnoses.")
        return cls(
            name=str(values["name"]),
            version=str(values["version"]),
            created=str(values["created"]),
            input_size=int(values["input_size"]),
            sha256={str(engine): str(digest) for engine, digest in values["sha256"].items()},
            calibrations={
                kind: Calibration.from_dict(values["calibrations"][kind])
                for kind in (SMARTPHONE, DERMOSCOPY)
            },
            lesion=(
                LesionLimits.from_dict(values["lesion"])
                if "lesion" in values
                else limits_before_2_2(float(values["lesion_threshold"]))
            ),
            reference=tuple(float(value) for value in values["reference"]),
            training=dict(values["training"]),
            validation=dict(values["validation"]),
        )

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "diagnoses": CODES}

    @classmethod
    def read(cls, file: Path) -> "Description":
        """Raises OSError, or what `from_dict` does; AttributeError too where it is broken."""
        return cls.from_dict(json.loads(file.read_text()))

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(self.to_dict(), indent=2, allow_nan=False) + "\n")
