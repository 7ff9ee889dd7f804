"""What must not stand in a log, and how it is masked."""

import ipaddress
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from utils.origin import origin_of

MASK = "***"
MAX_TEXT = 1000
PRIVATE_WORDS = re.compile(
    "(password|passwd|secret|token|authorization|cookie|key|email|mail|name|address|ip|client|agent"
    "|photo|image|body|age|sex|site|diagnosis|diagnoses)s?"
)
PRIVATE_PARTS = ("password", "secret", "token", "authorization", "email")
OPAQUE = re.compile(
    r"eyJ[\w-]+(?:\.[\w-]+)+"  # access tokens
    r"|[0-9a-f]{32}\.[\w-]{20,}"  # refresh tokens
    r"|(?<![\w-])(?=[\w-]*\d)[\w-]{40,}"  # other tokens and digests, and no UUID
    r"|[A-Za-z0-9+/=_-]{200,}"  # base64
)
# Everything up to the next blanks: an address may have any character, a URL a password before it.
EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?!\w)"
    r"|(?:[0-9a-fA-F]{0,4}:){2,8}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4})(?![\w:]))"
)


def masked(key: str, value: Any) -> Any:
    """Return the value of `key` as a log may have it: a number, or text without private parts."""
    if is_private(key):
        return MASK
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): masked(str(name), item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked("", item) for item in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{len(value)} bytes"
    if isinstance(value, BaseException):
        return origin_of(value)
    return masked_text(str(value))


@lru_cache(maxsize=1024)
def is_private(key: str) -> bool:
    """Return whether the name of a value says that it is private."""
    text = key.lower()
    words = re.split(r"[^a-z]+", text)
    return any(map(PRIVATE_WORDS.fullmatch, words)) or any(part in text for part in PRIVATE_PARTS)


def masked_text(text: str) -> str:
    """Return the text without what looks private, and cut where it is too long."""
    # The end of a long text may be a part of something private, which has no form to recognise.
    # It is cut first, so that no text is expensive.
    text = text if len(text) <= MAX_TEXT else text[:MAX_TEXT].rpartition(" ")[0] + " …"
    if len(text) >= 40:
        text = OPAQUE.sub(MASK, text)
    if "@" in text:
        text = EMAIL.sub(MASK, text)
    if text.count(".") > 2 or text.count(":") > 1:
        text = ADDRESS.sub(_without_address, text)
    return text


def _without_address(match: re.Match[str]) -> str:
    """Return the mask for an IP address, and times of day and the like as they are."""
    try:
        ipaddress.ip_address(match[0])
    except ValueError:
        return match[0]
    return MASK
