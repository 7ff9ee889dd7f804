"""One photo that was assessed."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from constants import DIAGNOSES, PhotoState, Sex, Status
from db import Base
from models.columns import Id, Timestamp, enum_type
from models.review import Review
from utils.advice import Advice, advise, describe


class Check(Base):
    __tablename__ = "checks"
    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key"),
        Index("ix_checks_user_id_created_at_id", "user_id", "created_at", "id"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[Timestamp]
    status: Mapped[Status] = mapped_column(enum_type(Status, "status"))
    """The network's, until a review changes it."""
    probability: Mapped[float]
    interval_low: Mapped[float]
    interval_high: Mapped[float]
    premalignant_probability: Mapped[float]
    probabilities: Mapped[dict[str, float]] = mapped_column(JSONB)
    """Diagnosis code to probability, all eight."""
    age: Mapped[int | None] = mapped_column(SmallInteger)
    sex: Mapped[Sex | None] = mapped_column(enum_type(Sex, "sex"))
    body_site: Mapped[str | None] = mapped_column(String(32))
    context_used: Mapped[list[str]] = mapped_column(JSONB)
    """Which of the three above shifted the answer."""
    kind: Mapped[str | None] = mapped_column(String(16))
    """What the network took the photo for; None for checks from before it told them apart."""
    conformal_set: Mapped[list[str]] = mapped_column(JSONB)
    predictive_values: Mapped[dict[str, float | None] | None] = mapped_column(
        JSONB(none_as_null=True)
    )
    """Chances of the statuses at the stated `prevalence`: `ppv` and `npv`."""
    activation_map: Mapped[list[list[float]]] = mapped_column(JSONB)
    quality: Mapped[dict[str, Any]] = mapped_column(JSONB)
    model_name: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(32))
    photo_key: Mapped[str] = mapped_column(String(64), unique=True)
    photo_state: Mapped[PhotoState] = mapped_column(enum_type(PhotoState, "photo_state"))
    photo_size: Mapped[int | None]
    photo_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of the stored photo; None for one from before they were kept."""
    upload_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    reviews: Mapped[list[Review]] = relationship(
        order_by=Review.created_at.desc(), lazy="selectin", passive_deletes=True
    )

    @property
    def review(self) -> Review | None:
        """The latest."""
        return self.reviews[0] if self.reviews else None

    @property
    def told(self) -> dict[str, Any]:
        """What the person said, None where nothing."""
        return {"age": self.age, "sex": self.sex, "body_site": self.body_site}

    @property
    def diagnoses(self) -> list[dict[str, Any]]:
        """All eight, the likeliest first."""
        ranked = sorted(self.probabilities.items(), key=lambda item: -item[1])
        return [{"code": c, "name": DIAGNOSES[c], "probability": p} for c, p in ranked]

    @property
    def advice(self) -> Advice:
        return advise(self.status, self.premalignant_probability)

    @property
    def description(self) -> str:
        likeliest = self.diagnoses[0]["name"]
        return describe(self.status, likeliest, self.quality["warnings"])
