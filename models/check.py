"""Checks: assessed photos."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from constants import Modality, PhotoState, Sex
from db import Base
from models.columns import Id, Timestamp, enum_type
from models.prediction import PredictionColumns
from models.review import Review


class Check(PredictionColumns, Base):
    """An assessed photo; `status` is the reported one, until a review changes it."""

    __tablename__ = "checks"
    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key"),
        Index("ix_checks_user_id_created_at_id", "user_id", "created_at", "id"),
        Index("ix_checks_created_at_id", "created_at", "id"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[Timestamp]
    model_name: Mapped[str] = mapped_column(String(64))
    age: Mapped[int | None] = mapped_column(SmallInteger)
    sex: Mapped[Sex | None] = mapped_column(enum_type(Sex, "sex"))
    body_site: Mapped[str | None] = mapped_column(String(32))
    context_used: Mapped[list[str]] = mapped_column(JSONB)
    """The items of the context (the three columns above) that shifted the probabilities."""
    modality: Mapped[Modality | None] = mapped_column(enum_type(Modality, "modality"))
    """The modality that the network detected; None for checks from before version 2."""
    conformal_set: Mapped[list[str]] = mapped_column(JSONB)
    predictive_values: Mapped[dict[str, float | None] | None] = mapped_column(
        JSONB(none_as_null=True)
    )
    """`ppv` and `npv` of the status at `prevalence`, 0 to 1."""
    activation_map: Mapped[list[list[float]]] = mapped_column(JSONB)
    region: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """The square that was assessed: `x`, `y`, `size` (`cnn_model.serving.region`), and `source`, of
    `constants.RegionSource`.
    """
    named_region: Mapped[list[float] | None] = mapped_column(JSONB(none_as_null=True))
    """x, y and size of the region that the upload named."""
    outline: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """`mask` in base64 (`Outline.packed`), `confidence` and `area_fraction`, 0 to 1."""
    quality: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """`measured`: values of the measures by name; `issues`: values of `constants.QualityIssue`."""
    photo_key: Mapped[str] = mapped_column(String(64), unique=True)
    photo_state: Mapped[PhotoState] = mapped_column(enum_type(PhotoState, "photo_state"))
    photo_size: Mapped[int | None]
    photo_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Digest of the stored photo; None for photos from before digests were recorded."""
    upload_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    reviews: Mapped[list[Review]] = relationship(
        order_by=Review.created_at.desc(), lazy="selectin", passive_deletes="all"
    )

    @property
    def review(self) -> Review | None:
        """Return the latest review, None if there is none."""
        return self.reviews[0] if self.reviews else None

    @property
    def context(self) -> dict[str, Any]:
        """Return the clinical metadata; unknown items are None."""
        return {"age": self.age, "sex": self.sex, "body_site": self.body_site}
