"""The configuration of logging: one line for each event, of our code and of libraries alike."""

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter

from utils.origin import origin_of

Event = MutableMapping[str, Any]

# The last defence: no call should pass these to a log.
PRIVATE_KEYS = ("password", "token", "authorization", "email", "photo", "address", "secret")
PRIVATE = re.compile(
    r"eyJ[\w-]+\.[\w-]+\.[\w-]*"  # access tokens
    r"|[0-9a-f]{32}\.[\w-]{20,}"  # refresh tokens
    r"|[^\s@:/]+@[^\s@/]+\.\w+"  # e-mail addresses
    r"|[A-Za-z0-9+/=_-]{200,}"  # base64
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"  # IPv4
    r"|\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F:]*[0-9a-fA-F]"  # IPv6
)
MASK = "***"


def configure_logging(level: str, *, as_json: bool = False) -> None:
    """Log to standard error from `level` (`debug`, `info`, `warning`, `error`) on.

    Lines are for people, or with `as_json` for programs. Call this only in the entry point of a
    process, not in a library or an application factory.
    """
    formatter = ProcessorFormatter(
        foreign_pre_chain=[ExtraAdder(), structlog.contextvars.merge_contextvars],
        processors=[
            _describe,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _hide_private,
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer() if as_json else _as_text,
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    sys.excepthook = _log_crash
    threading.excepthook = lambda args: _log_crash(args.exc_type, args.exc_value, None)


def _describe(_logger: object, _method: str, event: Event) -> Event:
    """Add level, logger and line, and of an exception its origin, but no message."""
    record = event["_record"]
    described = {"level": record.levelname, "logger": record.name, "line": record.lineno}
    if isinstance(exc_info := event.pop("exc_info", None), tuple) and exc_info[1]:
        described["error"] = origin_of(exc_info[1])
    event.pop("stack_info", None)
    return {**described, **event}


def _hide_private(_logger: object, _method: str, event: Event) -> Event:
    return {key: _hidden(key, value) for key, value in event.items()}


def _hidden(key: str, value: Any) -> Any:
    if key.startswith("_"):
        return value
    if any(name in key for name in PRIVATE_KEYS):
        return MASK
    if value is None or isinstance(value, bool | int | float):
        return value
    return PRIVATE.sub(MASK, str(value))


def _as_text(_logger: object, _method: str, event: Event) -> str:
    """Return `time LEVEL logger:line: event key=value …`, without control characters."""
    head = [event.pop(key) for key in ("time", "level", "logger", "line", "event")]
    line = "{} {} {}:{}: {}".format(*head)
    pairs = (f"{key}={value}" for key, value in event.items() if value is not None)
    text = " ".join((line, *pairs))
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def _log_crash(
    _kind: type[BaseException], error: BaseException | None, _traceback: TracebackType | None
) -> None:
    """Log an error that nothing caught."""
    if error is None or isinstance(error, KeyboardInterrupt):
        return
    logging.getLogger("crash").critical("Uncaught %s", origin_of(error))
