"""Photos in base64: the same bytes, or a refusal."""

import base64
import contextlib
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.fields import Photo

FIELD = Photo()
CONTENT = st.binary(min_size=1, max_size=300)
BLANKS = st.text(" \t\r\n", max_size=4)
BREAKS = st.sampled_from(("\n", "\r\n", "\r", " \n", "\n\t", "\r\n\r\n"))
TYPES = st.text(st.characters(codec="ascii", exclude_characters=",\r\n"), max_size=100)
ALPHABET = "ABCDabcd0189+/="


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def refused(text: object) -> str:
    with pytest.raises(ValidationError) as caught:
        FIELD.deserialize(text)
    return str(caught.value)


@given(CONTENT)
def test_any_bytes_are_read_as_they_were_written(content: bytes) -> None:
    assert FIELD.deserialize(encoded(content)) == content
    assert FIELD.deserialize(content) == content


@given(CONTENT, TYPES, BLANKS, BLANKS, BLANKS)
def test_any_type_and_blanks_around_it_count_for_nothing(
    content: bytes, type: str, before: str, between: str, after: str
) -> None:
    text = f"{before}data:{type};base64,{between}{encoded(content)}{after}"
    assert FIELD.deserialize(text) == content


@given(CONTENT, BREAKS, st.integers(1, 80))
def test_lines_may_break_anywhere(content: bytes, line_break: str, width: int) -> None:
    text = encoded(content)
    lines = [text[place : place + width] for place in range(0, len(text), width)]
    assert FIELD.deserialize(line_break.join(lines)) == content


@given(CONTENT, st.data())
def test_a_blank_within_a_line_is_no_base64(content: bytes, data: st.DataObject) -> None:
    """A form makes one of a plus sign."""
    text = encoded(content)
    place = data.draw(st.integers(1, len(text) - 1))
    assert "base64" in refused(f"{text[:place]} {text[place:]}")


@given(CONTENT)
def test_the_alphabet_of_addresses_is_refused(content: bytes) -> None:
    """RFC 4648 has two; only that of section 4 is taken."""
    text = base64.urlsafe_b64encode(b"\xfb\xef\xff" + content).decode()
    assert text.startswith("--__")
    assert "base64" in refused(text)


@given(CONTENT)
def test_padding_is_needed(content: bytes) -> None:
    text = encoded(content)
    assume(text.endswith("="))
    assert "base64" in refused(text.rstrip("="))
    assert "base64" in refused(text + "=")


@given(CONTENT, st.integers(1, 15))
def test_no_bits_hide_at_the_end(content: bytes, bits: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    text = encoded(content)
    spare = {0: 0, 1: 2, 2: 4}[text.count("=")]
    assume(spare and bits < 1 << spare)
    last = len(text.rstrip("=")) - 1
    changed = alphabet[alphabet.index(text[last]) + bits]
    assert "canonical" in refused(text[:last] + changed + text[last + 1 :])


@given(st.text() | st.text(ALPHABET, max_size=24) | st.text(f"{ALPHABET} -_\n", max_size=24))
def test_any_text_is_the_only_text_of_its_bytes_or_refused(text: str) -> None:
    with contextlib.suppress(ValidationError):
        content = FIELD.deserialize(text)
        assert content
        assert encoded(content) == re.sub(r"[ \t]*[\r\n]+[ \t]*", "", text.strip())


@given(st.text(max_size=20), st.text(f"{ALPHABET},;:", max_size=300))
def test_any_data_url_is_read_or_refused(start: str, rest: str) -> None:
    with contextlib.suppress(ValidationError):
        assert FIELD.deserialize(f"data:{start};base64,{rest}")


@given(st.none() | st.integers() | st.booleans() | st.floats() | st.lists(st.text(max_size=3)))
def test_what_is_neither_text_nor_bytes_is_refused(value: object) -> None:
    refused(value)
