"""What all commands have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import click
from flask import current_app

from cnn_model.model_run import NetworkUnavailableError
from managers import Managers
from utils.errors import ServiceError


def managers() -> Managers:
    return cast(Managers, current_app.extensions["managers"])


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Tell of errors of the service and of the machine in one line, without a traceback.

    Raise click.ClickException.
    """
    try:
        yield
    except (ServiceError, NetworkUnavailableError, OSError) as error:
        raise click.ClickException(str(error)) from error
