"""What a line of the log looks like, and what never stands in it."""

import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import datetime

import pytest
from structlog.contextvars import bind_contextvars, clear_contextvars

from utils.logs import TALKATIVE, configure_logging, exit_with
from utils.security_events import SecurityEvent, log_event

logger = logging.getLogger("tests.story")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    clear_contextvars()
    before = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    root.handlers[:], root.level = before
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(False)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.NOTSET)
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


@pytest.mark.parametrize("as_json", [False, True])
def test_private_values_are_masked(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    configure_logging("info", as_json=as_json)
    private = "anna@example.com"
    logger.info("Got %s there", private, extra={"value": [private], "new_password": "x1y2z3"})
    text = line(capsys)
    assert private not in text
    assert "x1y2z3" not in text
    assert "there" in text


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
    assert (found["level"], found["event"]) == ("CRITICAL", "sys_crash")
    assert found["reason"].startswith("ValueError in threading:")
    assert "a value" not in str(found)


def test_a_process_that_dies_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", as_json=True)
    sys.excepthook(ValueError, ValueError("a value"), None)
    found = json.loads(line(capsys))
    assert (found["event"], found["reason"]) == ("sys_crash", "ValueError")


def test_a_developer_sees_the_message_of_a_crash() -> None:
    before = sys.excepthook
    configure_logging("info")
    assert sys.excepthook is before


def test_an_error_in_a_finaliser_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken:
        def __del__(self) -> None:
            raise ValueError("a value")

    configure_logging("info", as_json=True)
    broken = Broken()
    del broken
    found = json.loads(line(capsys))
    assert found["error"].startswith("ValueError in tests.")
    assert "a value" not in str(found)


def test_a_call_that_cannot_be_logged_reveals_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", as_json=True)
    logger.info("Took %d steps", "a value")
    found = json.loads(line(capsys))
    assert (found["level"], found["logger"]) == ("ERROR", "tests.story")
    assert found["error"].startswith("TypeError in ")
    assert "a value" not in str(found)


def test_a_warning_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", as_json=True)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("Soon gone", DeprecationWarning, stacklevel=1)
    found = json.loads(line(capsys))
    assert found["logger"] == "py.warnings"
    assert "DeprecationWarning: Soon gone" in found["event"]


def test_libraries_do_not_log_at_debug(capsys: pytest.CaptureFixture[str]) -> None:
    """There they log bodies, headers and the metadata of photos."""
    configure_logging("debug", as_json=True)
    for library in ("botocore.endpoint", "PIL.TiffImagePlugin", "sqlalchemy.engine", "urllib3"):
        logging.getLogger(library).debug("A body")
    logging.getLogger("managers.check").debug("Ours")
    assert json.loads(line(capsys))["event"] == "Ours"


def test_the_server_for_development_logs_no_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("debug")
    logging.getLogger("werkzeug").info('203.0.113.77 "GET /user?cursor=a HTTP/1.1" 200')
    assert capsys.readouterr().err == ""


def test_security_events_are_logged_at_every_level(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("error", as_json=True)
    logger.warning("Slow")
    log_event(SecurityEvent.LOGIN_SUCCESS)
    found = json.loads(line(capsys))
    assert found["event"] == "authn_login_success"
    assert found["logger"] == f"security.{__name__}"


def test_a_start_that_fails_says_why_in_the_format_of_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info", as_json=True)
    with pytest.raises(SystemExit) as end:
        exit_with("The port is taken.")
    assert end.value.code == 1
    found = json.loads(line(capsys))
    assert (found["level"], found["event"]) == ("CRITICAL", "The port is taken.")


def test_a_start_that_fails_says_why_at_a_terminal() -> None:
    configure_logging("info")
    with pytest.raises(SystemExit) as end:
        exit_with("The port is taken.")
    assert end.value.code == "The port is taken."
