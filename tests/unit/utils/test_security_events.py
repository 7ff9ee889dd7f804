"""Every security event is logged somewhere, and documented."""

import logging
import re
from pathlib import Path

import pytest

from utils.security_events import LEVELS, SecurityEvent

PROJECT = Path(__file__).parents[3]
FOLDERS = ("commands", "managers", "resources", "services", "utils")
CODE = "".join(path.read_text() for name in FOLDERS for path in (PROJECT / name).rglob("*.py"))
ROWS = dict(
    re.findall(
        r"^\| `([a-z_]+)` \| (info|warning|critical) \|",
        (PROJECT / "docs" / "logging.md").read_text(),
        re.MULTILINE,
    )
)


@pytest.mark.parametrize("event", SecurityEvent)
def test_is_logged_somewhere(event: SecurityEvent) -> None:
    assert f"log_event(SecurityEvent.{event.name}" in CODE.replace("\n", "").replace(" ", "")


def test_exactly_the_events_are_documented() -> None:
    levels = {
        event: logging.getLevelName(LEVELS.get(event, logging.INFO)).lower()
        for event in SecurityEvent
    }
    assert levels == ROWS
