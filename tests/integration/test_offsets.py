"""Times with any offset that ISO 8601 can write, of which PostgreSQL takes only some."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.client import Client
from tests.factories import make_check

CREATED = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("offset", ["+16:00", "-23:59", "+01:00:00.000001"])
def test_lists_are_read_by_times_with_any_offset(user: Client, offset: str) -> None:
    assert user.user is not None
    make_check(user_id=user.user.id, created_at=CREATED)
    early, late = f"2026-01-01T00:00:00{offset}", f"2026-01-09T00:00:00{offset}"
    cursors = (
        urlsafe_b64encode(f"{moment} {uuid4()}".encode()).decode() for moment in (early, late)
    )
    before, after = (f"cursor={cursor}" for cursor in cursors)
    assert [
        len(user.get(f"/user/checks?{query}").json["checks"])  # type: ignore[index]
        for query in (f"from={quote(early)}", f"to={quote(early)}", before, after)
    ] == [1, 0, 0, 1]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_the_ends_of_the_calendar_are_times(user: Client, moment: str) -> None:
    """Programs write them for `ever`."""
    assert user.get(f"/user/checks?from={quote(moment)}").status_code == 200
