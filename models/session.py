"""Logins: one row for each."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from db import Base
from models.columns import Id, Timestamp


class LoginSession(Base):
    """A login, and the hash of its refresh token. Only the newest token is valid."""

    # SHA-256 is enough for the hashes: the tokens are random, so a slow hash would add nothing.

    __tablename__ = "sessions"

    id: Mapped[Id]
    """The id in access tokens, which users see. A refresh token has the selector instead."""
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    selector: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    device: Mapped[str | None] = mapped_column(String(200))
    """What the client called itself at the login."""
    created_at: Mapped[Timestamp]
    last_used_at: Mapped[Timestamp]
    """When tokens were last issued."""
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
