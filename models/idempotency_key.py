"""Keys of requests that gave tokens, so that a repeated request does not act twice."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db import Base


class IdempotencyKey(Base):
    """A key that was used. Neither the key nor a token can be read from it."""

    __tablename__ = "idempotency_keys"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """SHA-256 of the operation, of who may repeat it, and of the key (`managers.idempotency`)."""
    request_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Digest of the request without its secrets."""
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[UUID | None]
    """The login that the latest answer started, which may have ended since."""
    caller_session_id: Mapped[UUID | None]
    """The login of the first request, if the request ended it."""
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    """When the request of the latest answer arrived."""
