"""Commands as operators give them."""

from click.testing import Result
from flask import Flask


def flask(app: Flask, *arguments: str) -> Result:
    """What `flask …` does, in a process that has that application."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(arguments))


def done(app: Flask, *arguments: str) -> str:
    """What a command that works prints."""
    result = flask(app, *arguments)
    assert result.exit_code == 0, result.output
    return result.output
