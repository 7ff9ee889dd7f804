"""Photos that must disappear from the photo storage."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db import Base
from models.columns import Timestamp


class PhotoDeletion(Base):
    """Written in the transaction that deletes a check and removed when the photo is gone, so that
    neither an outage of the storage nor a crash leaves a photo behind.
    """

    __tablename__ = "photo_deletions"

    photo_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[Timestamp]
