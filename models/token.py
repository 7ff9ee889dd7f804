"""Logins: one row for each family of refresh tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db import Base
from models.columns import Id, Timestamp


class TokenFamily(Base):
    """All refresh tokens of one login. Only the newest is valid."""

    # SHA-256 is enough for the hashes: the tokens are random, so a slow hash would add nothing.

    __tablename__ = "token_families"

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    rotated_at: Mapped[Timestamp]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
