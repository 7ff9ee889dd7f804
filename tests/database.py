"""What the database holds."""

from typing import TypeVar

from flask import Flask
from sqlalchemy import func, select, text

from db import Base, db, unit_of_work

Row = TypeVar("Row", bound=Base)


def count(model: type[Base]) -> int:
    with unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def only(model: type[Row]) -> Row:
    """The one row of a table."""
    with unit_of_work() as session:
        return session.scalars(select(model)).one()


def remove_all_rows(app: Flask) -> None:
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} CASCADE"))
