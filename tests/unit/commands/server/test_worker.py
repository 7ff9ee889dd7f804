"""What a server process logs about itself."""

import logging
import sys
from types import TracebackType

from commands.server.worker import only_origin


def record(text: str, *, is_handled: bool = False) -> logging.LogRecord:
    raised: tuple[type[BaseException], BaseException, TracebackType | None] | None = None
    try:
        raise KeyError("anna@example.com")
    except KeyError as error:
        if not is_handled:
            raised = (KeyError, error, sys.exc_info()[2])
        made = logging.LogRecord("waitress", logging.ERROR, "", 1, text, ("a path",), raised)
        assert only_origin(made)
        return made


def test_an_error_of_waitress_keeps_its_origin_and_not_its_text() -> None:
    for made in (record("Exception while serving %s"), record("closing %s", is_handled=True)):
        assert made.getMessage() == "The server failed to handle a request"
        assert made.exc_info
        assert made.exc_info[0] is KeyError
