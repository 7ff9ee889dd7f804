"""Reviews: changes of the status of a check by a person."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from constants import Status
from db import Base
from models.columns import Id, Timestamp, enum_type


class Review(Base):
    """A change of the status of a check. The row survives the account of the reviewer."""

    __tablename__ = "reviews"

    id: Mapped[Id]
    check_id: Mapped[UUID] = mapped_column(ForeignKey("checks.id", ondelete="CASCADE"), index=True)
    reviewer_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    status: Mapped[Status] = mapped_column(enum_type(Status, "status"))
    previous_status: Mapped[Status] = mapped_column(enum_type(Status, "previous_status"))
    created_at: Mapped[Timestamp]
