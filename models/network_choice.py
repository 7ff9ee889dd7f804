"""The choice of the active network and of the shadow."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from constants import NetworkRole
from db import Base
from models.columns import Timestamp, enum_type


class NetworkChoice(Base):
    """The network that was chosen for a role: at most one row per role.

    Without a row, the bundled network is active, and there is no shadow.
    """

    # All machines use this row, and two of them could have different files under one version. The
    # digest is therefore that of the description, which has the digests of the network's files.

    __tablename__ = "network_choices"

    role: Mapped[NetworkRole] = mapped_column(enum_type(NetworkRole, "role"), primary_key=True)
    version: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 in hexadecimal."""
    changed_at: Mapped[Timestamp]
