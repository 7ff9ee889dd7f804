"""Photos that must be deleted from the photo storage."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db import Base
from models.columns import Timestamp


class PhotoDeletion(Base):
    """A photo whose check was deleted, until the storage has deleted the photo."""

    # The row is written in the transaction that deletes the check. Neither an outage of the storage
    # nor a crash can therefore leave a photo behind.

    __tablename__ = "photo_deletions"

    photo_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[Timestamp]
