"""What all commands for operators share: documents, exit codes and questions."""

import json
import os
import pty
import select
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask

from app import create_app
from commands import GROUPS
from commands.lazy import LazyCommand
from config import Settings
from models import Check, LoginSession, User
from services.photo_storage import LocalPhotoStorage, StorageUnavailableError
from tests.client import Client
from tests.command_line import document, flask
from tests.database import count, only
from tests.factories import PASSWORD, make_check, make_user
from tests.networks import bundled, make_network

PROJECT = Path(__file__).parents[2]
EMAIL = "person@example.com"
NEW_PASSWORD = "another four random words"
COMMANDS = {
    f"{group.name} {name}"
    for group in GROUPS
    for name, command in group.commands.items()
    if not isinstance(command, LazyCommand)
}
# EMAIL has the session SESSION and the check CHECK. EXPORT is the folder of a model.
ARGUMENTS = {
    "users list": [],
    "users show": [EMAIL],
    "users create-admin": ["--email", "admin@example.com", "--password", NEW_PASSWORD],
    "users set-role": [EMAIL, "doctor"],
    "users set-password": [EMAIL, "--password", NEW_PASSWORD],
    "users delete": [EMAIL, "--yes"],
    "sessions list": [EMAIL],
    "sessions end": ["SESSION", "--yes"],
    "sessions end-all": [EMAIL, "--yes"],
    "photos sweep": [],
    "photos verify": [],
    "photos waiting": [],
    "photos stats": [],
    "checks list": ["--user", EMAIL],
    "checks show": ["CHECK"],
    "checks stats": ["--from", "2026-01-01"],
    "checks delete": ["CHECK", "--yes"],
    "checks rescore": [],
    "models list": [],
    "models install": ["EXPORT"],
    "models activate": ["--bundled"],
    "models shadow": ["--none"],
    "keys list": [],
    "keys generate": [],
    "keys rotate": ["--forget-old"],
}
MISSING = [
    ("users show", ["nobody@example.com"]),
    ("users set-role", ["nobody@example.com", "admin"]),
    ("users set-password", ["nobody@example.com", "--password", NEW_PASSWORD]),
    ("users delete", ["nobody@example.com", "--yes"]),
    ("sessions list", ["nobody@example.com"]),
    ("sessions end", [str(UUID(int=1)), "--yes"]),
    ("sessions end-all", ["nobody@example.com", "--yes"]),
    ("checks list", ["--user", "nobody@example.com"]),
    ("checks show", [str(UUID(int=1))]),
    ("checks delete", [str(UUID(int=1)), "--yes"]),
    ("checks rescore", ["--version", "8.0.0"]),
    ("models activate", ["8.0.0"]),
    ("models shadow", ["8.0.0"]),
]
WRONG = [
    ("users list", ["--role", "king"]),
    ("users show", ["no address"]),
    ("users create-admin", ["--email", "no address", "--password", NEW_PASSWORD]),
    ("users create-admin", ["--email", "a@example.com", "--password", "short"]),
    ("users set-password", [EMAIL, "--password", "short"]),
    ("sessions end", ["no id", "--yes"]),
    ("checks list", ["--from", "yesterday"]),
    ("checks list", ["--status", "fine"]),
    ("models shadow", []),
]


@pytest.fixture
def person(app: Flask) -> User:
    """EMAIL, with a session and a check, which has no photo."""
    person = make_user(email=EMAIL)
    Client(app, person)
    make_check(user_id=person.id)
    return person


@pytest.fixture
def operated(app: Flask, settings: Settings, tmp_path: Path) -> Flask:
    """The service with its keys and further models in folders of this test."""
    return create_app(replace(settings, jwt_keys={}, data_dir=tmp_path / "data"))


def arguments_of(command: str, **stand_ins: object) -> list[str]:
    """All words of a command, with what it is about."""
    words = [*command.split(), *ARGUMENTS[command]]
    return [str(stand_ins.get(word, word)) for word in words]


def test_every_command_is_tried() -> None:
    assert set(ARGUMENTS) == COMMANDS


@pytest.mark.parametrize("command", ARGUMENTS)
def test_a_document_is_all_that_is_on_standard_output(
    operated: Flask, person: User, settings: Settings, tmp_path: Path, command: str
) -> None:
    make_network(tmp_path / "export", settings, "9.5.0")
    session, check = only(LoginSession).id, only(Check).id
    arguments = arguments_of(command, SESSION=session, CHECK=check, EXPORT=tmp_path / "export")
    result = flask(operated, *arguments, "--json")
    assert result.exit_code == (1 if command == "photos verify" else 0), result.output
    assert isinstance(json.loads(result.stdout), dict)


@pytest.mark.parametrize(("command", "arguments"), MISSING)
def test_what_is_not_found_ends_with_3(app: Flask, command: str, arguments: list[str]) -> None:
    result = flask(app, *command.split(), *arguments, "--json")
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("Error: There is no ")


@pytest.mark.parametrize(("command", "arguments"), WRONG)
def test_a_wrong_command_ends_with_2(
    app: Flask, person: User, command: str, arguments: list[str]
) -> None:
    result = flask(app, *command.split(), *arguments, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert count(User) == 1


def test_what_the_service_refuses_ends_with_1(app: Flask, person: User) -> None:
    for email, password in ((EMAIL, NEW_PASSWORD), ("a@example.com", "password123")):
        arguments = ("--email", email, "--password", password)
        result = flask(app, "users", "create-admin", *arguments, "--json")
        assert (result.exit_code, result.stdout) == (1, "")
    assert count(User) == 1


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_database_that_is_gone_ends_with_4(
    settings: Settings, tmp_path: Path, command: str
) -> None:
    """One sentence, and no stack trace. Keys are in no database."""
    url = "postgresql+psycopg2://somebody:marker@127.0.0.1:1/none"
    app = create_app(replace(settings, database_url=url, data_dir=tmp_path, jwt_keys={}))
    arguments = arguments_of(command, SESSION=uuid4(), CHECK=uuid4(), EXPORT=tmp_path)
    result = flask(app, *arguments, "--json")
    if command.startswith("keys"):
        assert result.exit_code == 0
        return
    assert result.exit_code == 4
    assert result.stdout == ""
    assert "Error: The database cannot be used" in result.stderr
    assert "Traceback" not in result.stderr
    assert "marker" not in result.stderr


@pytest.mark.parametrize("command", ["photos verify", "photos sweep", "checks rescore"])
def test_a_storage_that_is_down_ends_with_4(
    app: Flask, person: User, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def fail(*_: object) -> None:
        raise StorageUnavailableError("the disk is gone")

    for method in ("put", "get", "delete", "probe"):
        monkeypatch.setattr(LocalPhotoStorage, method, fail)
    if command == "photos sweep":
        app.extensions["managers"].all_checks.delete(only(Check).id)
    result = flask(app, *command.split())
    assert result.exit_code == 4
    assert "The photo storage is unavailable: the disk is gone" in result.stderr
    assert "damaged" not in result.output


@pytest.mark.parametrize("command", [name for name in ARGUMENTS if "--yes" in ARGUMENTS[name]])
def test_nothing_is_destroyed_without_a_terminal_to_ask_at(
    app: Flask, person: User, command: str
) -> None:
    arguments = arguments_of(command, SESSION=only(LoginSession).id, CHECK=only(Check).id)
    arguments.remove("--yes")
    # What is on standard input is no answer.
    result = flask(app, *arguments, typed="y\n")
    assert result.exit_code == 2
    assert "Add --yes" in result.stderr
    assert count(User) == count(Check) == count(LoginSession) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "exit_code", "left"), [("n", 1, 1), ("y", 0, 0)])
def test_asks_at_a_terminal(
    app: Flask, person: User, settings: Settings, answer: str, exit_code: int, left: int
) -> None:
    arguments = [sys.executable, "-m", "flask", "checks", "delete", str(only(Check).id), "--json"]
    own = {"DATABASE_URL": settings.database_url, "DATA_DIR": str(settings.data_dir)}
    operator, terminal = pty.openpty()
    process = subprocess.Popen(
        arguments,
        cwd=PROJECT,
        env={**os.environ, **own, "LOG_LEVEL": "warning"},
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=terminal,
    )
    os.close(terminal)
    shown = shown_until(operator, "[y/N]: ")
    assert f"Delete the check {only(Check).id} with its photo?" in shown
    os.write(operator, f"{answer}\n".encode())
    output, _ = process.communicate(timeout=60)
    os.close(operator)
    assert process.returncode == exit_code
    assert bool(output) is (answer == "y")
    assert count(Check) == left


def shown_until(terminal: int, end: str) -> str:
    """What a terminal shows, at most for a minute."""
    text = ""
    while end not in text:
        assert select.select([terminal], [], [], 60)[0], text
        text += os.read(terminal, 1000).decode()
    return text


@pytest.mark.parametrize("setting", [{"PORT": "many"}, {"DATA_DIR": "/dev/null/data"}])
def test_settings_that_cannot_be_used_end_with_4(app: Flask, setting: dict[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "flask", "keys", "list"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": "postgresql://127.0.0.1:1/none", **setting},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 4
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("Error: ")


def test_passwords_are_asked_for_and_not_shown(app: Flask, person: User) -> None:
    typed = f"{NEW_PASSWORD}\n{NEW_PASSWORD}\n"
    result = flask(app, "users", "set-password", EMAIL, "--json", typed=typed)
    assert result.exit_code == 0
    assert NEW_PASSWORD not in result.output
    assert result.stdout.startswith("{")
    answer = Client(app).post("/login", {"email": EMAIL, "password": NEW_PASSWORD})
    assert answer.status_code == 201
    old = Client(app).post("/login", {"email": EMAIL, "password": PASSWORD})
    assert old.status_code == 401


def test_the_models_are_those_of_the_table(app: Flask, settings: Settings) -> None:
    [listed] = document(app, "models", "list")["models"]
    assert listed["version"] == bundled(settings)
    assert listed["roles"] == ["active"]
    assert len(listed["sha256"]) == 64
    assert listed["problem"] is None
