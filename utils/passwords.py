"""Passwords: which are accepted, and how they are kept."""

import unicodedata
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash
from zxcvbn.frequency_lists import FREQUENCY_LISTS

# OWASP Password Storage Cheat Sheet: N = 2^15, r = 8, p = 3, 32 MiB.
METHOD = "scrypt:32768:8:3"


def prepare(password: str) -> str:
    """Return the password as everybody types it, whatever keyboard: composed, its spaces plain
    (OpaqueString, RFC 8265, section 4.2).
    """
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in password)
    return unicodedata.normalize("NFC", spaced)


def hash_password(password: str) -> str:
    return generate_password_hash(prepare(password), METHOD)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Takes as long for an unknown account (None) as for a wrong password.

    Hashes from before passwords were prepared are of what was typed.
    """
    known = password_hash or _nobody()
    # No way out before both are tried: how long it takes must not tell which it was.
    matches = [check_password_hash(known, typed) for typed in {prepare(password), password}]
    return any(matches) and password_hash is not None


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")


@cache
def _common() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


def is_common(password: str) -> bool:
    """One of the thirty thousand commonest, or a single character over and over."""
    folded = prepare(password).casefold()
    return folded in _common() or len(set(folded)) == 1
