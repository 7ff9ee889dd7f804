"""Columns of a prediction, for every table that stores one."""

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from constants import Status
from models.columns import enum_type


class PredictionColumns:
    """A mixin: the status to report, the probability of cancer with its interval, and others."""

    model_version: Mapped[str] = mapped_column(String(32))
    status: Mapped[Status] = mapped_column(enum_type(Status, "status"))
    probability: Mapped[float]
    interval_low: Mapped[float]
    interval_high: Mapped[float]
    premalignant_probability: Mapped[float]
    probabilities: Mapped[dict[str, float]] = mapped_column(JSONB)
    """The probabilities of all eight diagnoses, by code."""
