"""What commands print: tables for people, or one JSON document on standard output.

Questions, progress and messages go to standard error.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

import click

F = TypeVar("F", bound=Callable[..., Any])
Item = TypeVar("Item")
Document = Mapping[str, Any]

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document on standard output."
)
yes_option = click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask.")


def confirm(question: str, *, is_confirmed: bool) -> None:
    """Ask before what cannot be undone.

    Raise click.UsageError if there is no terminal to ask at, click.Abort on any answer but yes.
    """
    if is_confirmed:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask at. Add --yes if you are sure.")
    click.confirm(question, abort=True, err=True)


def ask(value: str | None, label: str, *, is_secret: bool = False) -> str:
    """Return the value of an option, or ask for it; for a secret twice, without showing it."""
    if value is not None:
        return value
    return click.prompt(label, hide_input=is_secret, confirmation_prompt=is_secret, err=True)


def progress(
    items: Iterable[Item], length: int, label: str
) -> AbstractContextManager[Iterable[Item]]:
    """Return a progress bar on standard error, to use in `with`; without a terminal its label."""
    return click.progressbar(items, length=length, label=label, file=sys.stderr)


def write_result(document: Document, message: str, *, as_json: bool) -> None:
    """Print what a command has done: the document, or a message for people."""
    click.echo(_as_json(document) if as_json else message)


def write_item(document: Document, *, as_json: bool) -> None:
    """Print one thing: the document, or a line for each of its members."""
    if as_json:
        click.echo(_as_json(document))
        return
    labels = {name: f"{name.replace('_', ' ')}:" for name in document}
    width = max(map(len, labels.values()))
    for name, value in document.items():
        click.echo(f"{labels[name]:<{width}} {_as_text(value)}")


def write_list(
    name: str, rows: Iterable[Document], columns: Mapping[str, int], *, as_json: bool
) -> None:
    """Print rows as they come: an object with the list `name`, or a table.

    `columns` has the members in the table and their widths in characters; the last is free.
    """
    if as_json:
        _write_json_list(name, rows)
        return
    _write_line(columns, [column.replace("_", " ").upper() for column in columns])
    for row in rows:
        _write_line(columns, [_as_text(row[column]) for column in columns])


def _write_line(columns: Mapping[str, int], texts: Iterable[str]) -> None:
    cells = [f"{text:<{width}}" for width, text in zip(columns.values(), texts, strict=True)]
    click.echo("  ".join(cells).rstrip())


def _write_json_list(name: str, rows: Iterable[Document]) -> None:
    """Print the document row by row, because the rows may be too many for the memory."""
    click.echo(f"{{{json.dumps(name)}: [", nl=False)
    separator = "\n"
    for row in rows:
        click.echo(f"{separator}{_as_json(row)}", nl=False)
        separator = ",\n"
    click.echo("]}")


def _as_json(document: Document) -> str:
    # Only ASCII: a terminal could obey other characters, which users have chosen.
    return json.dumps(dict(document), default=_json_value)


def _json_value(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _as_text(value: Any) -> str:
    """Return a value for a person: times in seconds, and no characters that a terminal obeys."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        return ", ".join(map(_as_text, value)) or "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value.value if isinstance(value, Enum) else value)
    return "".join(letter if letter.isprintable() else "?" for letter in text)
