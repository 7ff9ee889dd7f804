"""Hashes of new passwords, and of passwords that were right."""

from collections.abc import Sequence

from managers.errors import WeakPasswordError
from utils.errors import BusyError
from utils.passwords import hash_password, is_outdated, weakness


def accepted_hash(password: str, words: Sequence[str]) -> str:
    """Return the hash of a new password. Raise WeakPasswordError, BusyError."""
    if reason := weakness(password, words):
        raise WeakPasswordError(
            f"This password is easy to guess. {reason} Choose, for example, four random words."
        )
    return hash_password(password)


def newer_hash(password: str, password_hash: str) -> str:
    """Return the hash of a right password as it is made now, if that is possible now."""
    try:
        if is_outdated(password, password_hash):
            return hash_password(password)
    except BusyError:
        pass
    return password_hash
