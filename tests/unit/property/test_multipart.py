"""Forms: read as they were written, or refused."""

import contextlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from resources.errors import (
    DigestMismatchError,
    InvalidDigestError,
    InvalidFormError,
    InvalidRequestError,
)
from resources.multipart import MAX_PARTS, read_form

REFUSALS = (InvalidFormError, InvalidRequestError, InvalidDigestError, DigestMismatchError)
BOUNDARY = "XYZ"
NAMES = st.text("abcdefgh", min_size=1, max_size=4)
CONTENTS = st.binary(max_size=200).filter(lambda content: BOUNDARY.encode() not in content)
FORMS = st.dictionaries(NAMES, CONTENTS, min_size=1, max_size=MAX_PARTS)


def part(name: str, content: bytes, disposition: str = "") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{disposition}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def closed(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


@given(FORMS)
def test_files_are_read_as_they_were_sent(form: dict[str, bytes]) -> None:
    parts = (part(name, content, '; filename="a.jpg"') for name, content in form.items())
    assert read_form(closed(*parts), BOUNDARY) == form


@given(st.dictionaries(NAMES, st.text(st.characters(codec="utf-8", exclude_characters="\0"))))
def test_texts_are_read_as_they_were_sent_but_blank_ones(form: dict[str, str]) -> None:
    assume(form and len(form) <= MAX_PARTS and BOUNDARY not in "".join(form.values()))
    parts = (part(name, text.encode()) for name, text in form.items())
    assert read_form(closed(*parts), BOUNDARY) == {n: text for n, text in form.items() if text}


@given(FORMS, st.data())
def test_a_form_that_ends_early_is_refused(form: dict[str, bytes], data: st.DataObject) -> None:
    body = closed(*(part(name, content) for name, content in form.items()))
    # Only the last line break may be missing.
    end = data.draw(st.integers(0, len(body) - 3))
    with pytest.raises(InvalidFormError):
        read_form(body[:end], BOUNDARY)


@given(NAMES, CONTENTS.filter(bool), CONTENTS)
def test_a_part_that_comes_twice_is_refused(name: str, first: bytes, second: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        read_form(closed(part(name, first), part(name, second)), BOUNDARY)


PIECES = st.sampled_from(
    (
        *(b"--XYZ", b"--", b"\r\n", b"\n", b":", b";", b"=", b'"', b"'", b"%", b"\0", b"\xff"),
        *(b"name", b"Content-Disposition: form-data", b"; name*=utf-8''", b"Content-Digest: "),
        *(b"; filename*=latin-9''%ff", b"Content-Type: text/plain; charset=", b"sha-256=:", b":,"),
    )
)
BODIES = st.lists(PIECES | st.binary(max_size=8), max_size=30).map(b"".join)


@given(BODIES, st.none() | st.just(BOUNDARY) | st.text(st.characters(codec="utf-8")))
def test_any_body_is_a_form_or_refused(body: bytes, boundary: str | None) -> None:
    with contextlib.suppress(*REFUSALS):
        form = read_form(body, boundary)
        assert all(isinstance(value, str | bytes) for value in form.values())


@given(BODIES)
def test_any_head_of_a_part_is_read_or_refused(head: bytes) -> None:
    body = b"--XYZ\r\nContent-Disposition: form-data" + head + b"\r\n\r\nabc\r\n--XYZ--\r\n"
    with contextlib.suppress(*REFUSALS):
        assert len(read_form(body, BOUNDARY)) <= MAX_PARTS
