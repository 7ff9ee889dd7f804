"""Preparation, hashing and verification of passwords."""

import unicodedata
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash
from zxcvbn.frequency_lists import FREQUENCY_LISTS

# OWASP Password Storage Cheat Sheet: N = 2^15, r = 8, p = 3, 32 MiB.
METHOD = "scrypt:32768:8:3"


def prepare(password: str) -> str:
    """Return the password in NFC with plain spaces (OpaqueString, RFC 8265, section 4.2)."""
    # The same password then has the same hash, whatever keyboard it was typed on.
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in password)
    return unicodedata.normalize("NFC", spaced)


def hash_password(password: str) -> str:
    """Return the scrypt hash of the prepared password."""
    return generate_password_hash(prepare(password), METHOD)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Return whether the password matches the hash; None stands for an unknown account.

    An unknown account takes as long as a wrong password.
    """
    known = password_hash or _nobody()
    # Hashes from before passwords were prepared are hashes of the typed text, so both forms are
    # tried. Both are always tried: the time must not reveal which one matches.
    matches = [check_password_hash(known, typed) for typed in {prepare(password), password}]
    return any(matches) and password_hash is not None


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")


@cache
def _common() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


def is_common(password: str) -> bool:
    """Return whether the password is among the 30,000 most common, or repeats one character."""
    folded = prepare(password).casefold()
    return folded in _common() or len(set(folded)) == 1
