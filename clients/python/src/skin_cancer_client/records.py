"""What the service answers, and the values that it takes.

Each class has the name and the fields of its schema in the OpenAPI document. A later version of the
service may answer with more fields, which are ignored, and with other values of a `Literal`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Status = Literal["benign", "unclear", "malignant"]
Role = Literal["user", "doctor", "admin"]
Sex = Literal["female", "male"]
BodySite = Literal[
    "scalp", "face", "ear", "nose", "lip", "neck", "chest", "abdomen", "back", "trunk", "genital",
    "arm", "forearm", "upper_extremity", "hand", "thigh", "lower_extremity", "foot", "acral",
]  # fmt: skip
Modality = Literal["clinical", "dermoscopic"]
ContextItem = Literal["age", "sex", "body_site"]
ConformalClass = Literal["malignant", "not_malignant"]
DiagnosisCode = Literal["MEL", "NV", "BCC", "SCC", "AK", "BKL", "DF", "VASC"]
Urgency = Literal["routine", "soon", "urgent"]
RegionSource = Literal["upload", "outline", "centre"]
QualityIssue = Literal[
    "screenshot", "no_lesion_in_view", "lesion_small", "lesion_cut_off", "unfamiliar",
    "skin_tone_untried", "dark", "glare", "low_contrast", "no_colour", "blurred", "compressed",
    "incomplete", "colours_unknown", "unverified", "bright",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A problem detail (RFC 9457): why the service did not do what was asked."""

    type: str
    """Address of a page about problems of this type, such as /problems/photo-unreadable."""
    title: str
    status: int
    detail: str
    """What to do."""
    instance: str
    request_id: str
    """Quote it in a report."""
    errors: Mapping[str, Any] | None = None
    """The reasons by field; only of /problems/validation."""
    reasons: tuple[QualityIssue, ...] | None = None
    """Issues of the photo; only of /problems/photo-not-assessable."""


@dataclass(frozen=True, kw_only=True)
class User:
    id: UUID
    email: str
    first_name: str | None
    last_name: str | None
    role: Role
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Tokens:
    token: str
    refresh_token: str | None
    expires_in: int
    user: User

    def __repr__(self) -> str:
        """Return the user alone: tokens do not belong into logs."""
        return f"Tokens(user={self.user!r})"


@dataclass(frozen=True, kw_only=True)
class Session:
    """A login of the user."""

    id: UUID
    device: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


@dataclass(frozen=True, kw_only=True)
class SessionList:
    sessions: tuple[Session, ...]


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    code: DiagnosisCode
    name: str
    probability: float


@dataclass(frozen=True, kw_only=True)
class Context:
    """The clinical metadata that were supplied."""

    age: int | None
    sex: Sex | None
    body_site: BodySite | None


@dataclass(frozen=True, kw_only=True)
class PredictiveValues:
    prevalence: float
    ppv: float | None
    npv: float | None


@dataclass(frozen=True, kw_only=True)
class Advice:
    level: Urgency
    text: str
    time_frame: str


@dataclass(frozen=True, kw_only=True)
class Quality:
    measured: Mapping[str, float]
    issues: tuple[QualityIssue, ...]


@dataclass(frozen=True, kw_only=True)
class Region:
    """The square that was assessed, in fractions of the photo."""

    x: float
    y: float
    size: float
    source: RegionSource


@dataclass(frozen=True, kw_only=True)
class Outline:
    mask: str
    confidence: float
    area_fraction: float


@dataclass(frozen=True, kw_only=True)
class Review:
    status: Status
    previous_status: Status
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class CheckModel:
    name: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """An assessed photo."""

    id: UUID
    created_at: datetime
    status: Status
    result: str
    probability: float
    interval: tuple[float, float]
    premalignant_probability: float
    diagnoses: tuple[Diagnosis, ...]
    modality: Modality | None
    context: Context
    context_used: tuple[ContextItem, ...]
    conformal_set: tuple[ConformalClass, ...]
    predictive_values: PredictiveValues | None
    description: str
    advice: Advice
    quality: Quality
    region: Region | None
    outline: Outline | None
    review: Review | None
    model: CheckModel
    notice: str
    photo_url: str
    heatmap_url: str


@dataclass(frozen=True, kw_only=True)
class CheckList:
    """A page of checks."""

    checks: tuple[Check, ...]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Heatmap:
    values: tuple[tuple[float, ...], ...]
    notice: str


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """The outcome of one photo of a batch: `check` or `problem`, the other one is None."""

    index: int
    status: int
    check: Check | None
    problem: Problem | None
    retry_after: int | None


@dataclass(frozen=True, kw_only=True)
class BatchResults:
    """The outcomes in the order of the photos."""

    results: tuple[BatchResult, ...]
