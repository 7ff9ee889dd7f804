"""Comparison of content with the digest that the client sent (RFC 9530)."""

import base64
import binascii
import hashlib
import re

from resources.errors import DigestMismatchError, InvalidDigestError

ALGORITHMS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
"""The two algorithms that RFC 9530 calls secure. As it requires, others are ignored."""
# A dictionary of byte sequences (RFC 9651, sections 3.2 and 3.3.5).
MEMBER = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):(?:;[^,]*)?")
MISMATCH = "The content does not match the digest: it was changed on the way. Send it again."


def require_digest(header: str | None, content: bytes) -> None:
    """Compare the content with a `Content-Digest`, if there is one.

    Raise InvalidDigestError if the header cannot be read, DigestMismatchError if they differ.
    """
    if header is None:
        return
    for member in header.split(","):
        found = MEMBER.fullmatch(member.strip())
        if found is None:
            raise InvalidDigestError("The header Content-Digest must look like sha-256=:base64:.")
        algorithm, text = found.groups()
        if algorithm in ALGORITHMS:
            _compare(ALGORITHMS[algorithm](content).digest(), text)


def require_sha256(expected: str | None, content: bytes) -> None:
    """Compare the content with a SHA-256 in hexadecimal digits, if there is one.

    Raise DigestMismatchError if they differ.
    """
    if expected is not None and hashlib.sha256(content).hexdigest() != expected.lower():
        raise DigestMismatchError(MISMATCH)


def _compare(digest: bytes, text: str) -> None:
    try:
        expected = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise InvalidDigestError("The digest in Content-Digest is not valid base64.") from error
    if digest != expected:
        raise DigestMismatchError(MISMATCH)
