"""Accounts."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from constants import Role
from db import Base
from models.columns import Id, Timestamp, enum_type


class User(Base):
    __tablename__ = "users"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """The normalised address (`utils.email_address`), so that an address has one account."""
    password_hash: Mapped[str] = mapped_column(String(255))
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str | None] = mapped_column(String(100))
    role: Mapped[Role] = mapped_column(enum_type(Role, "role"), default=Role.USER)
    created_at: Mapped[Timestamp] = mapped_column(index=True)
