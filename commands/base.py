"""What all commands for operators share: the database, errors as exit codes, and the log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import click
from flask import current_app
from flask.cli import AppGroup
from flask_migrate import upgrade
from marshmallow import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bound_contextvars

from cnn_model.serving.registry import NetworkNotFoundError
from config import PROJECT, SettingsError
from db import DatabaseTooNewError, DatabaseUnavailableError, require_known_schema
from managers import Managers
from managers.errors import NotFoundError, PhotoUnavailableError, ServiceUnavailableError
from utils.email_address import EmailAddressError
from utils.errors import BusyError, ServiceError

P = ParamSpec("P")
R = TypeVar("R")


class ExitCode(IntEnum):
    """The exit status of a command. `docs/operators.md` says what it means for each command."""

    DONE = 0
    BAD = 1
    USAGE = 2
    NOT_FOUND = 3
    UNAVAILABLE = 4


# The first class that fits decides.
EXIT_CODES: dict[type[Exception], ExitCode] = {
    NotFoundError: ExitCode.NOT_FOUND,
    NetworkNotFoundError: ExitCode.NOT_FOUND,
    EmailAddressError: ExitCode.USAGE,
    BusyError: ExitCode.UNAVAILABLE,
    DatabaseTooNewError: ExitCode.UNAVAILABLE,
    DatabaseUnavailableError: ExitCode.UNAVAILABLE,
    PhotoUnavailableError: ExitCode.UNAVAILABLE,
    ServiceUnavailableError: ExitCode.UNAVAILABLE,
    ServiceError: ExitCode.BAD,
    SettingsError: ExitCode.UNAVAILABLE,
    OSError: ExitCode.UNAVAILABLE,
}


class Failure(click.ClickException):
    """An expected error: a sentence for the operator."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self._code = code

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """Return the status that click exits with."""
        return self._code


class OperatorGroup(AppGroup):
    """Commands whose expected errors end in one line on standard error and an `ExitCode`."""

    def __init__(self, name: str, *, help: str, needs_database: bool = True) -> None:
        """Set the name; with `needs_database`, the database is migrated before each command."""
        super().__init__(name, help=help)
        self._needs_database = needs_database

    def command(  # type: ignore[override]
        self, *args: Any, **options: Any
    ) -> Callable[[Callable[..., Any]], click.Command]:
        decorate = super().command(*args, **options)
        return lambda function: decorate(self._operated(function))

    def _operated(self, function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **options: P.kwargs) -> R:
            context = click.get_current_context()
            # All lines name the command, as those of a request name the route.
            with bound_contextvars(command=f"{self.name} {context.info_name}"), _exit_codes():
                if self._needs_database:
                    _migrate()
                return function(*args, **options)

        return run


def managers() -> Managers:
    """Return the managers of the current application."""
    return cast(Managers, current_app.extensions["managers"])


def database_problem(error: SQLAlchemyError) -> str:
    """Return in a sentence why the database cannot be migrated."""
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return f"The database cannot be used: {reason}"


def _migrate() -> None:
    """Migrate the database. Raise ServiceUnavailableError, DatabaseTooNewError."""
    # Accounts and models can be made before the first start.
    try:
        require_known_schema(PROJECT / "migrations")
        upgrade()
    except SQLAlchemyError as error:
        raise ServiceUnavailableError(database_problem(error)) from error


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Report expected errors in one line, without a traceback. Raise click.ClickException."""
    try:
        yield
    except BrokenPipeError:
        # The reader, such as `head`, has read enough. Click ends the command.
        raise
    except ValidationError as error:
        raise click.UsageError(_sentences(error)) from error
    except tuple(EXIT_CODES) as error:
        code = next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))
        raise Failure(str(error), code) from error


def _sentences(error: ValidationError) -> str:
    problems = error.messages if isinstance(error.messages, dict) else {"value": error.messages}
    return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in problems.items())
