"""Keyset pagination: a page of a list, and where the next one begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from models import Check, User

T = TypeVar("T", bound=User | Check)


@dataclass(frozen=True)
class Page(Generic[T]):
    """`next_after` is the place of the last item, None on the last page."""

    items: Sequence[T]
    next_after: tuple[datetime, UUID] | None


def page_of(rows: Sequence[T], limit: int) -> Page[T]:
    """The page from a query for `limit` + 1 rows."""
    items = rows[:limit]
    last = items[-1] if len(rows) > limit else None
    return Page(items, (last.created_at, last.id) if last else None)
