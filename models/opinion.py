"""What other networks say of a check than the one that answered."""

from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from constants import OpinionReason, Status
from db import Base
from models.columns import Id, Timestamp, enum_type


class Opinion(Base):
    """Kept for comparing networks and never shown with the check."""

    __tablename__ = "opinions"
    __table_args__ = (UniqueConstraint("check_id", "model_version"),)

    id: Mapped[Id]
    check_id: Mapped[UUID] = mapped_column(ForeignKey("checks.id", ondelete="CASCADE"))
    model_version: Mapped[str] = mapped_column(String(32))
    reason: Mapped[OpinionReason] = mapped_column(enum_type(OpinionReason, "reason"))
    status: Mapped[Status] = mapped_column(enum_type(Status, "status"))
    probability: Mapped[float]
    interval_low: Mapped[float]
    interval_high: Mapped[float]
    premalignant_probability: Mapped[float]
    probabilities: Mapped[dict[str, float]] = mapped_column(JSONB)
    """Diagnosis code to probability, all eight."""
    created_at: Mapped[Timestamp]
