"""The configuration of logging: one line for each event, of our code and of libraries alike."""

import contextlib
import logging
import re
import sys
import threading
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any, NoReturn, TextIO

import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter

from utils.origin import origin_of
from utils.private_values import masked
from utils.security_events import SecurityEvent, log_event

Event = MutableMapping[str, Any]

logger = logging.getLogger(__name__)

# At `debug`, libraries log bodies, headers and the metadata of photos.
OWN = re.compile(
    "(app|cnn_model|commands|config|db|managers|models|resources|schemas|security|services|utils)"
    r"(\.|$)"
)
# They log every run and every request at `info`: werkzeug, which serves for development, with the
# address of the client and the path.
TALKATIVE = ("apscheduler", "werkzeug")


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes one line for each event to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self.as_json = as_json
        self.setFormatter(
            ProcessorFormatter(
                foreign_pre_chain=[ExtraAdder(), structlog.contextvars.merge_contextvars],
                processors=[
                    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                    _describe,
                    structlog.processors.JSONRenderer() if as_json else _as_text,
                ],
            )
        )

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log a record: below `info` only those of our own code."""
        if record.levelno < logging.INFO and not OWN.match(record.name):
            return False
        return super().filter(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Log the place of a call that cannot be logged."""
        # The standard library would print the arguments of the call, and a stack trace.
        place = (record.name, logging.ERROR, record.pathname, record.lineno)
        failed = logging.LogRecord(*place, "A line could not be logged", None, sys.exc_info())
        with contextlib.suppress(Exception):
            self.stream.write(self.format(failed) + self.terminator)


def configure_logging(level: str, *, as_json: bool = False) -> None:
    """Log to standard error from `level` (`debug`, `info`, `warning`, `error`) on.

    Lines are for people, or with `as_json` for programs. Call this only in the entry point of a
    process, not in a library or an application factory.
    """
    handler = LineHandler(as_json=as_json)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    # A developer at a terminal needs the message of an error, and the stack trace.
    if as_json:
        sys.excepthook = _log_crash
        threading.excepthook = lambda args: _log_crash(args.exc_type, args.exc_value, None)
        sys.unraisablehook = _log_unraisable


def exit_with(reason: str) -> NoReturn:
    """Exit with status 1 and a sentence for the operator, in the format of the log if it is JSON.

    A terminal gets the sentence alone.
    """
    if any(isinstance(handler, LineHandler) and handler.as_json for handler in _handlers()):
        logger.critical(reason, stacklevel=2)
        sys.exit(1)
    sys.exit(reason)


@contextlib.contextmanager
def held_lines() -> Iterator[None]:
    """Let the lines of other threads wait, while standard error does not lead to the log."""
    with contextlib.ExitStack() as stack:
        for handler in _handlers():
            handler.acquire()
            stack.callback(handler.release)
        yield


def _handlers() -> list[logging.Handler]:
    return list(logging.getLogger().handlers)


def _describe(_logger: object, _method: str, event: Event) -> Event:
    """Add level, logger and line, and of an exception its origin, but no message. Mask the rest."""
    record = event.pop("_record")
    head = {
        "time": event.pop("time"),
        "level": record.levelname,
        "logger": record.name,
        "line": record.lineno,
    }
    exc_info = event.pop("exc_info", None)
    if isinstance(exc_info, tuple) and exc_info[1]:
        event["error"] = exc_info[1]
    for key in ("_from_structlog", "stack_info", *head):
        event.pop(key, None)
    return head | {key: masked(key, value) for key, value in event.items()}


def _as_text(_logger: object, _method: str, event: Event) -> str:
    """Return `time LEVEL logger:line: event key=value …`, without control characters."""
    head = [event.pop(key) for key in ("time", "level", "logger", "line", "event")]
    line = "{} {} {}:{}: {}".format(*head)
    pairs = (f"{key}={value}" for key, value in event.items() if value is not None)
    text = " ".join((line, *pairs))
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def _log_crash(
    _kind: type[BaseException], error: BaseException | None, _traceback: TracebackType | None
) -> None:
    """Log an error that nothing caught."""
    if error is not None and not isinstance(error, KeyboardInterrupt):
        log_event(SecurityEvent.CRASH, reason=origin_of(error))


def _log_unraisable(arguments: "sys.UnraisableHookArgs") -> None:
    """Log an error that cannot be raised, such as in a finaliser."""
    if arguments.exc_value is not None:
        logger.error("An error was ignored", extra={"error": origin_of(arguments.exc_value)})
