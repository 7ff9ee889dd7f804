"""Predictions of other networks than the active one."""

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from constants import PredictionReason
from db import Base
from models.columns import Id, Timestamp, enum_type
from models.prediction import PredictionColumns


class ShadowPrediction(PredictionColumns, Base):
    """The prediction of another network for a check. It serves comparison and is never shown."""

    __tablename__ = "shadow_predictions"
    __table_args__ = (UniqueConstraint("check_id", "model_version"),)

    id: Mapped[Id]
    check_id: Mapped[UUID] = mapped_column(ForeignKey("checks.id", ondelete="CASCADE"))
    reason: Mapped[PredictionReason] = mapped_column(enum_type(PredictionReason, "reason"))
    created_at: Mapped[Timestamp]
