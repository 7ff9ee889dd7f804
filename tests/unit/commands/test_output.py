"""Tables and documents, whatever the values are."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from commands.output import write_item, write_list
from constants import Role

ID = UUID("6f9c2d1e-0000-4000-8000-000000000001")
MOMENT = datetime(2026, 11, 26, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
ROW: dict[str, Any] = {"id": ID, "created_at": MOMENT, "role": Role.DOCTOR, "device": "a\x1b\x9bb"}
COLUMNS = {"created_at": 20, "role": 6, "device": 0}


def rows(number: int) -> Iterator[dict[str, Any]]:
    yield from (ROW for _ in range(number))


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_list_is_one_document(capsys: pytest.CaptureFixture[str], number: int) -> None:
    write_list("logins", rows(number), COLUMNS, as_json=True)
    output = capsys.readouterr().out
    assert output.isascii()
    assert json.loads(output) == {
        "logins": [
            {
                "id": str(ID),
                "created_at": "2026-11-26T10:00:00.123456Z",
                "role": "doctor",
                "device": "a\x1b\x9bb",
            }
        ]
        * number
    }


def test_a_table_has_times_in_utc_and_nothing_that_a_terminal_obeys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_list("logins", rows(2), COLUMNS, as_json=False)
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["CREATED", "AT", "ROLE", "DEVICE"]
    assert lines == ["2026-11-26T10:00:00Z  doctor  a??b"] * 2


def test_rows_are_printed_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    def until_the_database_fails() -> Iterator[dict[str, Any]]:
        yield from rows(2)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_list("logins", until_the_database_fails(), COLUMNS, as_json=False)
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ("", "-"),
        ([], "-"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (0.123456, "0.1235"),
        ([0.5, 1.0], "0.5, 1"),
        (Role.ADMIN, "admin"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00Z"),
        ("münchen\nadmin", "münchen?admin"),
    ],
)
def test_an_item_has_a_line_for_each_value(
    capsys: pytest.CaptureFixture[str], value: Any, text: str
) -> None:
    write_item({"some_value": value, "b": 1}, as_json=False)
    assert capsys.readouterr().out == f"some value: {text}\nb:          1\n"
