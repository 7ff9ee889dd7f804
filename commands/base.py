"""Helpers for all commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import click
from flask import current_app

from managers import Managers
from utils.errors import ServiceError


def managers() -> Managers:
    """Return the managers of the current application."""
    return cast(Managers, current_app.extensions["managers"])


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Report expected errors in one line, without a traceback.

    Raise click.ClickException.
    """
    try:
        yield
    except (ServiceError, OSError) as error:
        raise click.ClickException(str(error)) from error
