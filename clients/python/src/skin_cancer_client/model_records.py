"""What the service answers about its model. See `records`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Engine = Literal["litert", "keras"]


@dataclass(frozen=True, kw_only=True)
class Data:
    part: str
    source: str
    licence: str
    photos: int
    trained_on: int
    validation: int
    held_out: int


@dataclass(frozen=True, kw_only=True)
class Training:
    method: str
    cost: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class OperatingPoint:
    sensitivity: float
    specificity: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    temperature: float
    bias: Mapping[str, float]
    diagnosis_weights: Mapping[str, float]
    unclear_threshold: float
    malignant_threshold: float
    premalignant_threshold: float
    operating_point: OperatingPoint
    evidence: Mapping[str, Mapping[str, tuple[float, ...]]]
    max_energy: float | None
    source_lines: tuple[tuple[float, float], ...]
    unfamiliar_lines: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class TitledText:
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class LesionLimits:
    refused_below: float
    doubtful_below: float
    off_centre_beyond: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Figure:
    value: float | None
    interval: tuple[float | None, float | None] | None
    count: int


@dataclass(frozen=True, kw_only=True)
class Performance:
    evaluated: date
    photos: Mapping[str, int]
    prevalence: float
    clinical: Mapping[str, Figure]
    dermoscopic: Mapping[str, Figure]
    quality_control: Mapping[str, Figure]
    external: Mapping[str, Mapping[str, Figure]]


@dataclass(frozen=True, kw_only=True)
class Model:
    """The active model, as its model card describes it."""

    name: str
    version: str
    created: str
    engine: Engine
    sha256: str
    texts_version: str
    summary: str
    intended_use: str
    out_of_scope_uses: tuple[str, ...]
    data: tuple[Data, ...]
    data_notes: str
    licence: str
    training: Training
    calibrations: Mapping[str, Calibration]
    calibration_notes: tuple[TitledText, ...]
    lesion_limits: LesionLimits
    performance: Performance | None
    interpretation: tuple[str, ...]
    limitations: tuple[TitledText, ...]
    notice: str
