"""The values of settings, from the texts that an operator writes.

Each function raises ValueError with the rest of a sentence that begins with the name of a setting.
"""

import re
from collections.abc import Callable
from importlib.util import find_spec
from urllib.parse import urlsplit

from limits import RateLimitItem, parse_many
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

MIN_KEY_BYTES = 32
# Seconds.
MAX_WINDOW = 366 * 24 * 3600
# A random secret in hexadecimal digits has fewer than this once in a million times.
MIN_DISTINCT = 9
PLACEHOLDERS = ("secret", "change", "example", "password", "12345678", "abcdefgh", "replace")
NEW_KEY = 'Make one: python3 -c "import secrets; print(secrets.token_hex(32))"'
ORIGIN = re.compile(r"https?://[a-z\d](?:[a-z\d.-]*[a-z\d])?(?::[1-9]\d{0,4})?")
HOST = re.compile(r"(?:(?!-)[a-z\d-]{1,63}(?<!-)\.)*(?!-)[a-z\d-]{1,63}(?<!-)|[\da-f]*:[\da-f:.]+")


def between(low: int, high: int) -> Callable[[str], int]:
    """Return a cast to a whole number from `low` to `high`."""

    def cast(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return cast


def yes_or_no(text: str) -> bool:
    """Return whether the text is `true`; it may be `false`."""
    try:
        return {"true": True, "false": False}[text.lower()]
    except KeyError:
        raise ValueError("must be true or false") from None


def rate_limits(text: str) -> tuple[RateLimitItem, ...]:
    """Return limits such as `20 per minute; 500 per day`."""
    try:
        limits = parse_many(text)
    except ValueError:
        limits = []
    # Nothing would be allowed, or the database could not add the window to the time.
    if not limits or not all(item.amount and item.get_expiry() <= MAX_WINDOW for item in limits):
        raise ValueError("must look like 20 per minute; 500 per day, in windows of at most a year")
    return tuple(limits)


def redis_url(text: str) -> str:
    """Return the URL of a Redis server, or "" for no URL."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        # `port` raises ValueError if it is invalid.
        is_right = parts.scheme in ("redis", "rediss", "redis+unix") and (parts.port or 1) > 0
    except ValueError:
        is_right = False
    if not is_right:
        # The message must not repeat the password.
        raise ValueError("must look like redis://127.0.0.1:6379/0")
    if find_spec("redis") is None:
        raise ValueError("needs the package redis: .venv/bin/python -m pip install redis")
    return text


def names(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas."""
    return tuple(filter(None, (name.strip() for name in text.split(","))))


def origins(text: str) -> tuple[str, ...]:
    """Return the origins of web pages in a list with commas."""
    found = names(text.lower())
    # `*` would let any page call the service, and `null` any file.
    if not all(ORIGIN.fullmatch(origin) for origin in found):
        raise ValueError("must be origins such as https://app.example.com, separated by commas")
    return found


def proportion(text: str) -> float:
    """Return a number between 0 and 1, both excluded."""
    problem = "must be a number between 0 and 1, both excluded"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(problem) from None
    if not 0 < value < 1:
        raise ValueError(problem)
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a cast that accepts only these texts."""

    def cast(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text

    return cast


def _require_utf8(text: str) -> None:
    """Raise ValueError if the text cannot be encoded in UTF-8."""
    # Python decodes other bytes of the environment to lone surrogates.
    try:
        text.encode()
    except UnicodeEncodeError:
        # The message of the original error would repeat a part of the secret.
        raise ValueError("must be UTF-8 text") from None


def postgres_url(text: str) -> str:
    """Return the URL with the name of the driver, or "" for no URL."""
    # SQLAlchemy reads `postgresql://` as a driver that is not installed here.
    if not text:
        return ""
    _require_utf8(text)
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg2"):
        raise ValueError("must start with postgresql://")
    url = f"postgresql+psycopg2://{rest}"
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        # The message of the original error would repeat the password.
        raise ValueError("must look like postgresql://user:password@host:5432/name") from None
    return url


def http_url(text: str) -> str:
    """Return an HTTP or HTTPS URL without a slash at its end, or "" for no URL."""
    # These are the rules of boto3, which applies them at the first request only.
    if not text:
        return ""
    problem = "must look like https://s3.example.com or http://127.0.0.1:9000"
    try:
        parts = urlsplit(text)
        # `port` raises ValueError if it is invalid.
        is_right = parts.scheme in ("http", "https") and (parts.port or 1) > 0
    except ValueError:
        raise ValueError(problem) from None
    # `urlsplit` accepts line breaks and blanks, but they would break every request.
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(problem)
    if not is_right or not HOST.fullmatch(parts.hostname or ""):
        raise ValueError(problem)
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(problem)
    return text.rstrip("/")


def _is_weak(secret: str) -> bool:
    """Return whether a secret was evidently not drawn at random."""
    is_periodic = secret in (secret + secret)[1:-1]
    has_word = any(word in secret.lower() for word in PLACEHOLDERS)
    return is_periodic or has_word or len(set(secret)) < MIN_DISTINCT


def require_drawn(secret: str) -> None:
    """Raise ValueError, without the secret, if it is short or was evidently not drawn at random."""
    if len(secret.encode()) < MIN_KEY_BYTES:
        raise ValueError(f"needs secrets of at least {MIN_KEY_BYTES} bytes. {NEW_KEY}")
    if _is_weak(secret):
        raise ValueError(f"has a secret that is easy to guess. {NEW_KEY}")


def keys(text: str) -> dict[str, str]:
    """Return the secrets by id. No error message repeats a secret."""
    _require_utf8(text)
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, separator, secret = pair.partition(":")
        if not separator or not name:
            raise ValueError("must be id:secret pairs, separated by commas")
        require_drawn(secret)
        found[name] = secret
    return found
