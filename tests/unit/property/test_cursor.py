"""Cursors and times in queries: read as they were written, or refused."""

import base64
import contextlib
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.fields import Cursor, Moment

FIELD, MOMENT = Cursor(), Moment()
DAY = timedelta(days=1)
ALL_OFFSETS = st.timedeltas(-DAY + timedelta.resolution, DAY - timedelta.resolution).map(timezone)
# Of parts of a second Python itself loses some.
OFFSETS = st.integers(-86399, 86399).map(lambda seconds: timezone(timedelta(seconds=seconds)))
INNER = st.datetimes(datetime.min + 2 * DAY, datetime.max - 2 * DAY, timezones=OFFSETS)
MOMENTS = INNER | st.datetimes(timezones=ALL_OFFSETS)


def written(place: tuple[datetime, UUID]) -> str:
    return str(FIELD.serialize("cursor", {"cursor": place}))


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_is_read_as_it_was_written(moment: datetime, row_id: UUID) -> None:
    text = written((moment, row_id))
    assert text.isascii()
    assert FIELD.deserialize(text) == (moment, row_id)


@given(INNER, st.uuids())
def test_a_cursor_with_another_offset_is_the_same_place(moment: datetime, row_id: UUID) -> None:
    found, found_id = FIELD.deserialize(written((moment, row_id)))
    assert (found, found.tzinfo, found_id) == (moment, UTC, row_id)


@given(MOMENTS)
def test_any_time_is_read_as_utc(moment: datetime) -> None:
    found = MOMENT.deserialize(moment.isoformat())
    assert found.tzinfo is UTC
    assert abs(found.replace(tzinfo=None) - moment.replace(tzinfo=None)) < DAY


@given(INNER)
def test_a_time_within_the_calendar_is_the_same_time(moment: datetime) -> None:
    assert MOMENT.deserialize(moment.isoformat()) == moment


WORDS = st.sampled_from(
    ("2026-01-05", "T", "12:00:00", "+23:59", "Z", " ", ".5", "W53", "24:00", "0000", "-")
)
PLACES = st.lists(WORDS | st.text(max_size=5) | st.uuids().map(str), max_size=8).map("".join)


@given(st.text() | PLACES.map(lambda text: base64.urlsafe_b64encode(text.encode()).decode()))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with contextlib.suppress(ValidationError):
        moment, row_id = FIELD.deserialize(text)
        assert moment.tzinfo is UTC
        assert isinstance(row_id, UUID)


@given(st.binary().map(lambda content: base64.urlsafe_b64encode(content).decode()))
def test_any_bytes_in_base64_are_a_cursor_or_refused(text: str) -> None:
    with contextlib.suppress(ValidationError):
        assert FIELD.deserialize(text)


@given(st.none() | st.integers() | st.floats() | st.lists(st.text()) | st.binary())
def test_what_is_no_text_is_no_cursor(value: object) -> None:
    with contextlib.suppress(ValidationError):
        raise AssertionError(FIELD.deserialize(value))


@given(st.text() | PLACES)
def test_any_text_is_a_time_or_refused(text: str) -> None:
    with contextlib.suppress(ValidationError):
        assert MOMENT.deserialize(text).tzinfo is UTC
