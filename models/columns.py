"""Columns that several tables have."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Enum
from sqlalchemy.orm import mapped_column

from utils.clock import now

Id = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]
Timestamp = Annotated[datetime, mapped_column(DateTime(timezone=True), default=now)]


def enum_type(kind: type[StrEnum], column: str) -> Enum:
    """Return a column type that stores an enum as text with a check constraint."""
    # A native enum type cannot lose a value in a migration.

    def values(members: Any) -> list[str]:
        return [member.value for member in members]

    return Enum(
        kind,
        name=column,
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=values,
    )
