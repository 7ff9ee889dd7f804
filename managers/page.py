"""Pages of a list, newest first, and whole lists for commands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Select, tuple_

from db import unit_of_work
from schemas.request.page import PageRequest

STREAM_BATCH = 500


class Row(Protocol):
    """The attributes that rows need for paging."""

    @property
    def created_at(self) -> datetime: ...

    @property
    def id(self) -> UUID: ...


# This has no bound: mypy checks it before the models have their types.
T = TypeVar("T")
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Page(Generic[T]):
    """The items of a page; `next_after` is the position of the last one, None on the last page."""

    items: Sequence[T]
    next_after: tuple[datetime, UUID] | None


def page_query(query: Select[T], wanted: PageRequest) -> Select[T]:
    """Return `query`, which selects one model, limited to the rows of a page and one more row."""
    model = query.column_descriptions[0]["entity"]
    position = (model.created_at, model.id)
    if wanted.after:
        query = query.where(tuple_(*position) < wanted.after)
    # Rows with the same time need an order too. Otherwise a page could omit some of them.
    return query.order_by(*(column.desc() for column in position)).limit(wanted.limit + 1)


def page_of(rows: Sequence[R], limit: int) -> Page[R]:
    """Return the page of the rows that a `page_query` with this limit returned."""
    items = rows[:limit]
    last = items[-1] if len(rows) > limit else None
    return Page(items, (last.created_at, last.id) if last else None)


def stream(query: Select[*tuple[Any, ...]]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a query of columns by name, and hold only a batch of them.

    Use no manager before the end: the rows come from an open transaction.
    """
    with unit_of_work() as session:
        rows = session.execute(query.execution_options(yield_per=STREAM_BATCH))
        for row in rows.mappings():
            yield dict(row)
