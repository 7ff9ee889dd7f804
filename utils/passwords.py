"""Passwords: which are accepted, and how they are kept."""

from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash
from zxcvbn.frequency_lists import FREQUENCY_LISTS

# OWASP Password Storage Cheat Sheet: N = 2^15, r = 8, p = 3, 32 MiB.
METHOD = "scrypt:32768:8:3"


def hash_password(password: str) -> str:
    return generate_password_hash(password, METHOD)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Takes as long for an unknown account (None) as for a wrong password."""
    matches = check_password_hash(password_hash or _nobody(), password)
    return matches and password_hash is not None


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")


@cache
def _common() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


def is_common(password: str) -> bool:
    """One of the thirty thousand commonest, or a single character over and over."""
    folded = password.casefold()
    return folded in _common() or len(set(folded)) == 1
