"""Preparation, hashing and verification of passwords."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore, Lock

from werkzeug.security import check_password_hash, generate_password_hash

from utils.errors import BusyError

# OWASP Password Storage Cheat Sheet: N = 2^15, r = 8, p = 3, 32 MiB.
METHOD = "scrypt:32768:8:3"
# A flood of logins must not take the processors and the memory of everything else.
HASHES_AT_ONCE, PATIENCE = 2, 5.0
# Of 0 to 4. 3 is "safely unguessable": more than 10^8 guesses. The first characters must suffice:
# the time grows with the square of their number.
MIN_SCORE, MAX_SCORED = 3, 32
# Symbols that are read as the same letter ("4" and "@" as "a"). zxcvbn tries every combination of
# readings, which takes seconds if a password has all symbols. With one symbol for each reading, it
# takes milliseconds, and no password seems stronger than it is.
ONE_READING = str.maketrans("@{[<!|$+", "4(((1157")
# Words that come to mind at this service.
SERVICE_WORDS = (
    *("skin", "cancer", "melanoma", "malignant", "benign", "unclear", "mole", "naevus", "nevus"),
    *("lesion", "biopsy", "tumor", "tumour", "carcinoma", "dermatology", "dermatologist"),
    *("dermoscopy", "doctor", "doctors", "patient", "detector", "checker", "photo", "health"),
)
SEPARATORS = re.compile(r"[^\w]+|_")

_hashing = BoundedSemaphore(HASHES_AT_ONCE)
_scoring = Lock()


def prepare(password: str) -> str:
    """Return the password in NFC with plain spaces (OpaqueString, RFC 8265, section 4.2)."""
    # The same password then has the same hash, whatever keyboard it was typed on.
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in password)
    return unicodedata.normalize("NFC", spaced)


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until fewer than HASHES_AT_ONCE hashes are computed. Raise BusyError."""
    if not _hashing.acquire(timeout=PATIENCE):
        raise BusyError("Many people log in at the moment. Try again in some seconds.")
    try:
        yield
    finally:
        _hashing.release()


def hash_password(password: str) -> str:
    """Return the scrypt hash of the prepared password. Raise BusyError."""
    with _turn():
        return generate_password_hash(prepare(password), METHOD)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Return whether the password matches the hash; None stands for an unknown account.

    An unknown account takes as long as a wrong password. Raise BusyError.
    """
    known = password_hash or _nobody()
    # Hashes from before passwords were prepared are hashes of the typed text, so both forms are
    # tried. Both are always tried: the time must not reveal which one matches.
    with _turn():
        matches = [check_password_hash(known, typed) for typed in {prepare(password), password}]
    return any(matches) and password_hash is not None


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")


def is_outdated(password: str, password_hash: str) -> bool:
    """Return whether the hash of a right password differs from a new one but for the salt.

    It has other parameters, or is of the typed text. Raise BusyError.
    """
    if not password_hash.startswith(f"{METHOD}$"):
        return True
    prepared = prepare(password)
    if prepared == password:
        return False
    with _turn():
        return not check_password_hash(password_hash, prepared)


def scored(text: str) -> str:
    """Return the part of a password or of a word that is scored, in at most 32 characters."""
    return prepare(text)[:MAX_SCORED].translate(ONE_READING)


def weakness(password: str, words: Iterable[str]) -> str | None:
    """Return why a password is easy to guess, None if it is not.

    `words` are those that an attacker knows of the person: names, and addresses, whose parts count
    too. The estimate is that of zxcvbn (Wheeler 2016).
    """
    # Imported here, because its lists take a tenth of a second and 20 megabytes.
    from zxcvbn import zxcvbn

    parts = {part for word in words for part in (word, *SEPARATORS.split(word)) if part}
    # It keeps the words in a variable of its module.
    with _scoring:
        found = zxcvbn(scored(password), [*SERVICE_WORDS, *map(scored, parts)])
    if found["score"] >= MIN_SCORE:
        return None
    return found["feedback"]["warning"] or "It has too few or too common words."
