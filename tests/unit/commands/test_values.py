"""Arguments of commands."""

from datetime import UTC, datetime

import click
import pytest

from commands.values import EmailAddress, Time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-26", datetime(2026, 11, 26, tzinfo=UTC)),
        ("2026-11-26T10:00:00Z", datetime(2026, 11, 26, 10, tzinfo=UTC)),
        ("2026-11-26T10:00:00.5+02:00", datetime(2026, 11, 26, 8, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_a_time_is_a_day_or_has_an_offset(text: str, moment: datetime) -> None:
    assert Time().convert(text, None, None) == moment


@pytest.mark.parametrize("text", ["", "today", "2026-02-30", "2026-11-26T10:00:00", "1764151200"])
def test_refuses_other_times(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Time().convert(text, None, None)


def test_an_address_is_normalised() -> None:
    assert EmailAddress().convert(" A@Example.com", None, None) == "a@example.com"
    with pytest.raises(click.BadParameter, match="Not a valid email address"):
        EmailAddress().convert("a b@example.com", None, None)
