"""Times in queries."""

from datetime import UTC, datetime

import pytest

from schemas.request.check import CheckListQuery


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05T12:00:00Z", datetime(2026, 1, 5, 12, tzinfo=UTC)),
        ("2026-01-05T12:00:00+23:59", datetime(2026, 1, 4, 12, 1, tzinfo=UTC)),
        ("2026-01-05T12:00:00-16:00", datetime(2026, 1, 6, 4, tzinfo=UTC)),
        ("0001-01-01T00:00:00+01:00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59-01:00", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_reads_times_as_utc(text: str, expected: datetime) -> None:
    found = CheckListQuery().load({"from": text}).since
    assert (found, found.tzinfo) == (expected, UTC)
