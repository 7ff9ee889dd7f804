"""`skin-check` against the service."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from cnn_model.data.synthetic import jpeg, skin_photo
from models import Check, LoginSession
from skin_cancer_client.cli.run import run
from tests.database import count, only
from tests.factories import PASSWORD, make_user
from tests.python_clients import EMAIL

PROJECT = Path(__file__).parents[2]
Captured = pytest.CaptureFixture[str]
Run = Callable[..., int]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SKIN_CHECK_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture
def login_file(home: Path) -> Path:
    return home / "config" / "skin-check" / "login.json"


@pytest.fixture
def photo(home: Path) -> str:
    path = home / "mole.jpg"
    path.write_bytes(jpeg(skin_photo()))
    return str(path)


@pytest.fixture
def dark(home: Path) -> str:
    path = home / "dark.jpg"
    path.write_bytes(jpeg(skin_photo().point(lambda value: value // 8)))
    return str(path)


@pytest.fixture
def logged_in(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(email=EMAIL)
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    assert run(["login", "--url", url, "--email", EMAIL]) == 0


def as_process(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the tool as a person does, with the package as it is in the repository."""
    path = str(PROJECT / "clients" / "python" / "src")
    return subprocess.run(
        [sys.executable, "-m", "skin_cancer_client", *arguments],
        env={**os.environ, "PYTHONPATH": path, **environment},
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_story(url: str, photo: str, login_file: Path) -> None:
    registered = as_process("register", "--url", url, "--email", EMAIL, "--password-stdin")
    assert (registered.returncode, registered.stdout) == (0, f"Logged in as {EMAIL}.\n")
    assert login_file.stat().st_mode & 0o777 == 0o600
    stored = json.loads(login_file.read_text())
    assert set(stored) == {"url", "refresh_token"}
    checked = as_process(photo, "--age", "71", "--sex", "female", "--body-site", "nose")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert stored["refresh_token"] not in checked.stdout
    assert only(LoginSession).device
    assert "\x1b" not in checked.stdout  # no colours without a terminal
    assert as_process("logout").returncode == 0
    assert not login_file.exists()
    assert count(LoginSession) == 0


@pytest.mark.usefixtures("logged_in")
class TestAPhoto:
    def test_says_first_what_to_do(self, photo: str, capsys: Captured) -> None:
        capsys.readouterr()
        assert run([photo, "--region", "0.5,0.5,0.5"]) == 0
        text = " ".join(capsys.readouterr().out.replace("│", " ").split())
        check = only(Check)
        order = [
            "mole.jpg", "What to do: ", f"({check.status})", "■", "Probability of cancer",
            "95 % interval", "the square that you named", str(check.id), "not a medical device",
        ]  # fmt: skip
        places = [text.index(part) for part in order]
        assert places == sorted(places)

    def test_works_without_unicode(self, photo: str) -> None:
        checked = as_process(photo, PYTHONIOENCODING="ascii")
        assert checked.returncode == 0
        assert "# cancer  + may be  . not" in checked.stdout

    def test_refused_says_how_to_retake_it(self, dark: str, capsys: Captured) -> None:
        assert run([dark]) == 1
        text = capsys.readouterr().out
        assert "it is too dark" in text
        assert "window" in text
        assert "Reasons: dark" in text
        assert count(Check) == 0

    def test_several_as_json(self, photo: str, dark: str, capsys: Captured) -> None:
        capsys.readouterr()
        assert run([photo, dark, photo, "--json"]) == 1
        captured = capsys.readouterr()
        lines = [json.loads(line) for line in captured.out.splitlines()]
        assert [line["file"] for line in lines] == [photo, dark, photo]
        assert lines[0]["check"]["notice"]
        assert lines[1]["problem"]["reasons"] == ["dark"]
        assert captured.err == ""

    def test_writes_nothing(self, home: Path, photo: str) -> None:
        before = sorted(path for path in home.rglob("*") if path.is_file())
        run([photo])
        assert sorted(path for path in home.rglob("*") if path.is_file()) == before

    def test_of_a_wrong_name_is_not_sent(self, photo: str, capsys: Captured) -> None:
        assert run([photo, "nothing.jpg"]) == 2
        assert "There is no file nothing.jpg" in capsys.readouterr().err
        assert count(Check) == 0


@pytest.mark.usefixtures("logged_in")
class TestOtherCommands:
    def test_list_show_delete(self, photo: str, capsys: Captured) -> None:
        run([photo])
        check_id = str(only(Check).id)
        capsys.readouterr()
        assert run(["list"]) == 0
        assert check_id in capsys.readouterr().out
        assert run(["show", check_id, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["id"] == check_id
        assert run(["show", check_id]) == 0
        assert "What to do" in capsys.readouterr().out
        assert run(["delete", check_id, "--yes"]) == 0
        assert run(["show", check_id]) == 1
        assert run(["list"]) == 0
        assert "no checks yet" in capsys.readouterr().err

    def test_delete_asks(self, photo: str, monkeypatch: pytest.MonkeyPatch) -> None:
        run([photo])
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda question: "n")
        assert run(["delete", str(only(Check).id)]) == 1
        assert count(Check) == 1

    def test_what_is_no_id(self, capsys: Captured) -> None:
        assert run(["show", "../user"]) == 2
        assert "skin-check list" in capsys.readouterr().err

    def test_the_login_is_for_its_service(self, photo: str, capsys: Captured) -> None:
        assert run([photo, "--url", "http://127.0.0.1:9"]) == 3
        assert "skin-check login" in capsys.readouterr().err


def test_not_logged_in(url: str, photo: str, capsys: Captured) -> None:
    assert run([photo, "--url", url]) == 3
    assert "Log in with: skin-check login" in capsys.readouterr().err


def test_a_wrong_password(url: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "wrong password")
    assert run(["login", "--url", url, "--email", EMAIL]) == 3
    assert "wrong password" not in capsys.readouterr().err


def test_the_service_is_down(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    monkeypatch.setattr("skin_cancer_client.client.time.sleep", lambda seconds: None)
    assert run(["login", "--url", "http://127.0.0.1:9", "--email", EMAIL]) == 4
    assert "No service answers at http://127.0.0.1:9" in capsys.readouterr().err


def test_an_address_that_is_not_private(photo: str, capsys: Captured) -> None:
    assert run([photo, "--url", "http://example.com"]) == 2
    assert "https" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [[], ["x.jpg", "--age", "121"], ["x.jpg", "--region", "1,2"], ["x.jpg", "--body-site", "x"]],
)
def test_wrong_arguments(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(arguments)


@pytest.mark.parametrize("command", [[], ["login"], ["list"], ["show"], ["delete"], ["logout"]])
def test_help(command: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit, match="0"):
        run([*command, "--help"])
    assert "usage: skin-check" in capsys.readouterr().out


def test_an_id_that_is_not_there(app: Flask, logged_in: None, capsys: Captured) -> None:
    assert run(["show", str(uuid4())]) == 1
    assert "Not found" in capsys.readouterr().err
