"""What a line of the log looks like, and what never stands in it."""

import json
import logging
import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from structlog.contextvars import bind_contextvars, clear_contextvars

from utils.logs import configure_logging

logger = logging.getLogger("tests.story")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    clear_contextvars()
    before = root.handlers[:], root.level, threading.excepthook
    yield
    root.handlers[:], root.level, threading.excepthook = before
    clear_contextvars()


def line(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    return text.rstrip("\n")


def test_a_line_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", as_json=True)
    bind_contextvars(request_id="abc")
    logger.info("Took %d steps", 3, extra={"ms": 1.5})
    found = json.loads(line(capsys))
    assert datetime.fromisoformat(found.pop("time")).utcoffset() is not None
    assert found.pop("line") > 0
    assert found == {
        "level": "INFO",
        "logger": "tests.story",
        "event": "Took 3 steps",
        "ms": 1.5,
        "request_id": "abc",
    }


def test_a_line_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    logger.warning("Slow", extra={"ms": 1.5, "user_id": None})
    assert line(capsys).endswith(" Slow ms=1.5")


@pytest.mark.parametrize("as_json", [False, True])
def test_what_clients_send_cannot_make_a_line(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    configure_logging("info", as_json=as_json)
    logger.info("Name: %s", "a\nINFO fake \x1b[31m\r\u2028", extra={"name_given": "b\nc"})
    assert line(capsys).isprintable()


PRIVATE = (
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "0123456789abcdef0123456789abcdef.Zm9vYmFyYmF6Zm9vYmFyYmF6",
    "anna.berg@example.com",
    "QUJD" * 60,
    "203.0.113.77",
    "2001:db8:85a3::8a2e:370:7334",
)


@pytest.mark.parametrize("private", PRIVATE)
@pytest.mark.parametrize("as_json", [False, True])
def test_private_values_are_masked(
    capsys: pytest.CaptureFixture[str], private: str, as_json: bool
) -> None:
    configure_logging("info", as_json=as_json)
    logger.info("Got %s there", private, extra={"value": [private], "new_password": "x1y2z3"})
    text = line(capsys)
    assert private not in text
    assert "x1y2z3" not in text
    assert "there" in text


@pytest.mark.parametrize("harmless", ["10:20:30.123", "2.3.0", "KeyError in managers.photo:152"])
def test_harmless_values_stay(capsys: pytest.CaptureFixture[str], harmless: str) -> None:
    configure_logging("info")
    logger.info("Got %s", harmless)
    assert harmless in line(capsys)


def test_an_exception_is_told_by_its_origin(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", as_json=True)
    try:
        raise ValueError("a value")
    except ValueError:
        logger.exception("Failed")
    found = json.loads(line(capsys))
    assert found["error"].startswith("ValueError in tests.unit.utils.test_logs:")
    assert "a value" not in str(found)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError("a value")

    configure_logging("info", as_json=True)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    found = json.loads(line(capsys))
    assert (found["level"], found["logger"]) == ("CRITICAL", "crash")
    assert "a value" not in str(found)
