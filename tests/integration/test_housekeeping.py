"""What the server does by itself: a mistake in it is seen, gives nothing away and stops nothing."""

import logging
import re
import threading
from datetime import timedelta

import pytest
from flask import Flask

from commands.server import housekeeping
from commands.server.housekeeping import run_housekeeping, start_housekeeping
from db import DatabaseUnavailableError, db
from managers.photo import PhotoManager
from managers.token import TokenManager

SECRET = "user@example.com"
STEPS = [
    (PhotoManager, "finish_deletions"),
    (PhotoManager, "push_waiting"),
    (PhotoManager, "remove_orphans"),
    (TokenManager, "remove_expired"),
]


class Steps:
    """Stands for all steps, and knows which of them have run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ran: list[str] = []
        self.errors: dict[str, Exception] = {}
        for manager, name in STEPS:
            monkeypatch.setattr(manager, name, lambda _, name=name: self._run(name))

    def _run(self, name: str) -> None:
        self.ran.append(name)
        if error := self.errors.get(name):
            raise error


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    return Steps(monkeypatch)


def records_of(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == housekeeping.__name__]


def test_logs_nothing_where_nothing_is_wrong(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    run_housekeeping(app)
    assert records_of(caplog) == []


@pytest.mark.parametrize("name", [name for _, name in STEPS])
def test_a_mistake_is_an_error_with_its_place_and_without_its_message(
    app: Flask, steps: Steps, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    steps.errors[name] = KeyError(SECRET)
    run_housekeeping(app)
    [record] = records_of(caplog)
    assert record.levelno == logging.ERROR
    place = re.escape(__name__)
    origin = record.__dict__["error"]
    assert re.search(rf"KeyError in \S+:\d+ > {place}:\d+ > {place}:\d+$", origin)
    assert SECRET not in caplog.text + origin
    assert "Traceback" not in caplog.text
    assert steps.ran == [name for _, name in STEPS]


@pytest.mark.parametrize("error", [DatabaseUnavailableError(), PermissionError(13, SECRET)])
def test_an_outage_is_a_warning(
    app: Flask, steps: Steps, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    steps.errors["push_waiting"] = error
    run_housekeeping(app)
    [record] = records_of(caplog)
    assert record.levelno == logging.WARNING
    assert record.getMessage() == "Housekeeping waits"
    assert record.__dict__["error"] == type(error).__name__
    assert SECRET not in caplog.text
    assert steps.ran == [name for _, name in STEPS]


def test_a_mistake_in_giving_the_session_back_is_one_too(
    app: Flask, steps: Steps, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise KeyError(SECRET)

    with monkeypatch.context() as patch:
        patch.setattr(db.session, "remove", fail)
        run_housekeeping(app)
    assert {record.levelno for record in records_of(caplog)} == {logging.ERROR}
    assert SECRET not in caplog.text
    assert steps.ran == [name for _, name in STEPS]


def test_the_next_run_comes_all_the_same(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    runs = 0
    again = threading.Event()

    def fail(_: TokenManager) -> None:
        nonlocal runs
        runs += 1
        if runs == 3:
            again.set()
        raise KeyError(SECRET)

    monkeypatch.setattr(TokenManager, "remove_expired", fail)
    for name in ("FIRST_RUN", "INTERVAL"):
        monkeypatch.setattr(housekeeping, name, timedelta(seconds=0.2))
    monkeypatch.setattr(housekeeping, "JITTER", timedelta())
    scheduler = start_housekeeping(app)
    try:
        assert again.wait(20)
    finally:
        scheduler.shutdown()
    assert len(records_of(caplog)) >= 3
    assert SECRET not in caplog.text
    assert "Traceback" not in caplog.text
