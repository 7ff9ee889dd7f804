"""Digests: that of the content passes, no other does, and any header is read or refused."""

import base64
import contextlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from resources.content_digest import ALGORITHMS, require_digest, require_sha256
from resources.errors import DigestMismatchError, InvalidDigestError

NAMES = st.sampled_from(sorted(ALGORITHMS))


def member(algorithm: str, content: bytes) -> str:
    digest = ALGORITHMS[algorithm](content).digest()
    return f"{algorithm}=:{base64.b64encode(digest).decode()}:"


@given(NAMES, st.binary(), st.sampled_from(("", "md5=:AAAA:, ", "  ", "x=:AAAA:;a=1,")))
def test_the_digest_of_the_content_passes(algorithm: str, content: bytes, before: str) -> None:
    require_digest(before + member(algorithm, content), content)


@given(NAMES, st.binary(), st.binary())
def test_the_digest_of_other_content_does_not(algorithm: str, sent: bytes, came: bytes) -> None:
    assume(sent != came)
    with pytest.raises(DigestMismatchError):
        require_digest(member(algorithm, sent), came)
    with pytest.raises(DigestMismatchError):
        require_sha256(ALGORITHMS["sha-256"](sent).hexdigest(), came)


PIECES = st.sampled_from(("sha-256", "sha-512", "=:", ":", ",", ";", "=", "AAAA", "A", "é", " "))


@given(st.text() | st.lists(PIECES, max_size=12).map("".join), st.binary(max_size=4))
def test_any_header_is_read_or_refused(header: str, content: bytes) -> None:
    with contextlib.suppress(InvalidDigestError, DigestMismatchError):
        require_digest(header, content)
