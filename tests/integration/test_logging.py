"""Who configures the log, and what its lines look like."""

import logging
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from config import Settings

PROJECT = Path(__file__).parents[2]
LINE = re.compile(r"^\S+Z INFO alembic\.runtime\.migration:\d+: ", re.MULTILINE)


def environment(settings: Settings, **others: str) -> dict[str, str]:
    """Settings for another process on the database of these tests."""
    own = {"DATABASE_URL": settings.database_url, "DATA_DIR": str(settings.data_dir)}
    return {**os.environ, **own, "LOG_LEVEL": "info", **others}


def test_the_application_leaves_it_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise AssertionError("the application configures the log")

    monkeypatch.setattr(logging, "basicConfig", refuse)
    create_app(settings)


@pytest.mark.parametrize(("level", "is_logged"), [("info", True), ("warning", False)])
def test_the_flask_command_line_configures_it(
    app: Flask, settings: Settings, level: str, is_logged: bool
) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "flask", "models", "list"],
        cwd=PROJECT,
        env=environment(settings, LOG_LEVEL=level),
        capture_output=True,
        text=True,
        check=True,
    )
    assert bool(LINE.search(result.stderr)) is is_logged
    assert "alembic" not in result.stdout


def test_the_server_for_development_configures_it(app: Flask, settings: Settings) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=PROJECT,
        env=environment(settings, PORT=port),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            assert any(LINE.match(line) for line in process.stderr)
        finally:
            process.terminate()
