"""Pages of a list."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from managers.page import page_of, page_query
from models import Check, User
from schemas.request.page import PageRequest

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """No model: anything with these two can be paged."""

    created_at: datetime
    id: UUID


ROWS = [Row(MOMENT, UUID(int=n)) for n in (3, 2, 1)]


@pytest.mark.parametrize(
    ("limit", "items", "next_after"),
    [(2, ROWS[:2], (MOMENT, UUID(int=2))), (3, ROWS, None), (4, ROWS, None)],
)
def test_a_page_has_the_position_of_the_next_one(
    limit: int, items: list[Row], next_after: tuple[datetime, UUID] | None
) -> None:
    page = page_of(ROWS[: limit + 1], limit)
    assert page.items == items
    assert page.next_after == next_after


def test_a_list_may_be_empty() -> None:
    assert page_of([], 1).items == []


@pytest.mark.parametrize("model", [Check, User])
def test_a_query_goes_on_after_the_position(model: type[Check | User]) -> None:
    table = model.__tablename__
    after = (MOMENT, UUID(int=2))
    query = page_query(select(model.id), PageRequest(limit=2, after=after))
    text = str(query.compile(dialect=postgresql.dialect())).partition("FROM")[2]
    assert f"({table}.created_at, {table}.id) < (" in text
    assert f"ORDER BY {table}.created_at DESC, {table}.id DESC" in text
    assert "WHERE" not in str(page_query(select(model.id), PageRequest()))
    assert 3 in query.compile().params.values()
