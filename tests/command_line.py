"""Commands as operators give them."""

import json
from typing import Any

from click.testing import Result
from flask import Flask


def flask(app: Flask, *arguments: str, typed: str | None = None) -> Result:
    """What `flask …` does, in a process that has that application and no terminal.

    `typed` is what the operator answers.
    """
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(arguments), input=typed)


def done(app: Flask, *arguments: str) -> str:
    """What a command that works prints."""
    result = flask(app, *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def document(app: Flask, *arguments: str) -> Any:
    """The one JSON document that a command prints on standard output."""
    result = flask(app, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
