"""The commands of `skin-check`."""

import getpass
import json
import os
import platform
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from skin_cancer_client.cli.arguments import parse
from skin_cancer_client.cli.view import checks_table, show_check, show_error
from skin_cancer_client.client import Client
from skin_cancer_client.decoding import encode
from skin_cancer_client.errors import (
    NotLoggedInError,
    PhotoFileError,
    PhotoRefusedError,
    ProblemError,
    ServiceUnavailableError,
    ServiceUnreachableError,
    SkinCancerClientError,
    TooManyRequestsError,
    UnexpectedAnswerError,
    WrongCredentialsError,
)
from skin_cancer_client.tokens import FileTokens, read_stored
from skin_cancer_client.version import VERSION

ASSESSED, REFUSED, USAGE, NOT_LOGGED_IN, UNREACHABLE = range(5)
DEFAULT_URL = "http://127.0.0.1:5000"


@dataclass(frozen=True)
class Terminal:
    """Results go to the standard output, and all else to the standard error."""

    output: Console
    messages: Console


def run(arguments: Sequence[str]) -> int:
    """Run a command, and return the exit code."""
    options = parse(arguments)
    terminal = Terminal(Console(), Console(stderr=True))
    commands = {
        "check": _check,
        "login": _login,
        "register": _login,
        "logout": _logout,
        "list": _list,
        "show": _show,
        "delete": _delete,
    }
    try:
        return commands[options.command](options, terminal)
    except SkinCancerClientError as error:
        show_error(terminal.messages, error)
        if isinstance(error, NotLoggedInError):
            terminal.messages.print("Log in with: skin-check login", highlight=False)
        return _exit_code(error)
    except ValueError as error:
        terminal.messages.print(str(error), highlight=False, markup=False)
        return USAGE
    except KeyboardInterrupt:
        return 130


def _check(options: Namespace, terminal: Terminal) -> int:
    for path in options.photos:
        # Nothing is sent if a name is wrong.
        if not path.is_file():
            raise PhotoFileError(f"There is no file {path}.")
    code = ASSESSED
    with _client(options) as client, _bar(terminal) as bar:
        for path in options.photos:
            try:
                _assess(client, path, options, terminal, bar)
            except (PhotoRefusedError, PhotoFileError) as error:
                code = max(code, _exit_code(error))
                if options.json:
                    _print_json({"file": str(path), "problem": _problem(error)})
                else:
                    show_error(terminal.output, error, str(path))
    return code


def _assess(
    client: Client, path: Path, options: Namespace, terminal: Terminal, bar: Progress | None
) -> None:
    task = bar.add_task(path.name, total=None) if bar else None

    def sent(number: int, total: int) -> None:
        if bar and task is not None:
            what = "assessing" if number == total else "sending"
            bar.update(task, completed=number, total=total, description=f"{path.name} {what}")

    try:
        check = client.upload(
            path,
            age=options.age,
            sex=options.sex,
            body_site=options.body_site,
            region=options.region,
            shrink=options.shrink,
            progress=sent,
        )
    finally:
        if bar and task is not None:
            bar.remove_task(task)
    if options.json:
        _print_json({"file": str(path), "check": encode(check)})
    else:
        show_check(terminal.output, check, str(path))


def _login(options: Namespace, terminal: Terminal) -> int:
    email = options.email or _asked("E-mail address: ")
    password = _password(options)
    with _client(options, email, password) as client:
        user = client.login() if options.command == "login" else client.register()
    terminal.output.print(f"Logged in as {user.email}.", highlight=False, markup=False)
    return ASSESSED


def _logout(options: Namespace, terminal: Terminal) -> int:
    with _client(options) as client:
        try:
            client.logout()
        except NotLoggedInError:
            terminal.messages.print("You were not logged in.")
    return ASSESSED


def _list(options: Namespace, terminal: Terminal) -> int:
    with _client(options) as client:
        size = min(options.limit, 100)
        checks = list(islice(client.checks(status=options.status, page_size=size), options.limit))
    if options.json:
        for check in checks:
            _print_json(encode(check))
    elif checks:
        terminal.output.print(checks_table(terminal.output, checks))
    else:
        terminal.messages.print("There are no checks yet.")
    return ASSESSED


def _show(options: Namespace, terminal: Terminal) -> int:
    with _client(options) as client:
        check = client.check(_id(options.id))
    if options.json:
        _print_json(encode(check))
    else:
        show_check(terminal.output, check)
    return ASSESSED


def _delete(options: Namespace, terminal: Terminal) -> int:
    ids = [_id(text) for text in options.ids]
    if not options.yes:
        if not sys.stdin.isatty():
            raise ValueError("Without a terminal to ask on, deleting needs --yes.")
        if _asked(f"Delete {len(ids)} of your checks for good? [y/N] ").lower() != "y":
            return REFUSED
    with _client(options) as client:
        for check_id in ids:
            client.delete_check(check_id)
            terminal.output.print(f"Deleted {check_id}.", highlight=False)
    return ASSESSED


def _client(options: Namespace, email: str | None = None, password: str | None = None) -> Client:
    path = _login_file()
    url = (options.url or read_stored(path).get("url") or DEFAULT_URL).rstrip("/")
    return Client(
        url,
        email,
        password,
        tokens=FileTokens(path, url),
        user_agent=f"skin-check/{VERSION} ({platform.system()})",
        allow_http=options.allow_http,
    )


def _login_file() -> Path:
    folder = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(folder) / "skin-check" / "login.json"


def _password(options: Namespace) -> str:
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    try:
        return getpass.getpass("Password: ")
    except EOFError:
        raise ValueError("No password was given. See --password-stdin.") from None


def _asked(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        raise ValueError("There is nobody to ask. See --help for the options.") from None


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError(f"{text!r} is no id of a check. See: skin-check list") from None


def _bar(terminal: Terminal) -> Progress | nullcontext[None]:
    if not terminal.messages.is_terminal:
        return nullcontext()
    bar, text = BarColumn(), TextColumn("{task.description}", markup=False)
    return Progress(
        text,
        bar,
        console=terminal.messages,
        transient=True,
        # What goes into a file or another program must not land on this terminal.
        redirect_stdout=terminal.output.is_terminal,
    )


def _problem(error: SkinCancerClientError) -> object:
    return encode(error.problem) if isinstance(error, ProblemError) else {"detail": str(error)}


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _exit_code(error: SkinCancerClientError) -> int:
    if isinstance(error, PhotoFileError):
        return USAGE
    if isinstance(error, NotLoggedInError | WrongCredentialsError):
        return NOT_LOGGED_IN
    unreachable = (
        ServiceUnavailableError,
        ServiceUnreachableError,
        TooManyRequestsError,
        UnexpectedAnswerError,
    )
    is_down = isinstance(error, ProblemError) and error.status >= 500
    return UNREACHABLE if is_down or isinstance(error, unreachable) else REFUSED
