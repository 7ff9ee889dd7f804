"""Which network answers, and which one answers beside it."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from constants import NetworkRole
from db import Base
from models.columns import Timestamp, enum_type


class NetworkChoice(Base):
    """At most one row a role. Without one the bundled network is active, and there is no shadow.

    All machines obey it, and two of them may hold different files under one version: the digest
    is that of the description of the chosen one, which in turn names those of the network.
    """

    __tablename__ = "network_choices"

    role: Mapped[NetworkRole] = mapped_column(enum_type(NetworkRole, "role"), primary_key=True)
    version: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 in hexadecimal."""
    changed_at: Mapped[Timestamp]
