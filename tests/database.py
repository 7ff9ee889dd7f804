"""What the database holds."""

from typing import TypeVar

from sqlalchemy import func, select

from db import Base, unit_of_work

Row = TypeVar("Row", bound=Base)


def count(model: type[Base]) -> int:
    with unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def only(model: type[Row]) -> Row:
    """The one row of a table."""
    with unit_of_work() as session:
        return session.scalars(select(model)).one()
