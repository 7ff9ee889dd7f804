"""Keyset pagination: pages of a list, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Select, tuple_

from schemas.request.page import PageRequest


class Row(Protocol):
    """The attributes that rows need to be paged."""

    @property
    def created_at(self) -> datetime: ...

    @property
    def id(self) -> UUID: ...


# Without a bound where mypy checks it before the models have their types.
T = TypeVar("T")
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Page(Generic[T]):
    """`next_after` is the position of the last item, None on the last page."""

    items: Sequence[T]
    next_after: tuple[datetime, UUID] | None


def page_query(query: Select[T], wanted: PageRequest) -> Select[T]:
    """Return `query`, which selects one model, for the rows of a page and one row more."""
    model = query.column_descriptions[0]["entity"]
    position = (model.created_at, model.id)
    if wanted.after:
        query = query.where(tuple_(*position) < wanted.after)
    # Rows of the same moment have an order too, or a page could leave some of them out.
    return query.order_by(*(column.desc() for column in position)).limit(wanted.limit + 1)


def page_of(rows: Sequence[R], limit: int) -> Page[R]:
    """Return the page from the rows of a `page_query` for `limit`."""
    items = rows[:limit]
    last = items[-1] if len(rows) > limit else None
    return Page(items, (last.created_at, last.id) if last else None)
