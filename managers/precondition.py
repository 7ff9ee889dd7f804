"""Changes that are made only to what the client knows."""

from collections.abc import Callable
from typing import TypeVar

from managers.errors import PreconditionFailedError

Row = TypeVar("Row")
Known = Callable[[Row], bool] | None
"""Whether a row is as the client knows it. None for a client that does not care."""


def require_known(row: Row, is_known: Known[Row]) -> None:
    """Check a row that is locked. Raise PreconditionFailedError."""
    if is_known and not is_known(row):
        raise PreconditionFailedError
