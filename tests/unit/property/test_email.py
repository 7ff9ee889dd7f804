"""E-mail addresses: one text for each mailbox, however it is written."""

import contextlib
import unicodedata

from hypothesis import assume, given
from hypothesis import strategies as st

from utils.email_address import MAX_LENGTH, EmailAddressError, normalise, spellings

MAX_LOCAL = 64
LETTERS = st.characters(categories=("L", "N", "M"))
LOCAL = st.text(LETTERS | st.sampled_from("aA.+-_'ßİ"), min_size=1, max_size=12)
LABEL = st.text(LETTERS, min_size=1, max_size=8) | st.sampled_from(
    ("münchen", "xn--mnchen-3ya", "ß", "\u13a0", "\uab70", "İ", "example", "EXAMPLE")
)
DOMAIN = st.lists(LABEL, min_size=2, max_size=3).map(".".join)
ADDRESSES = st.builds("{}@{}".format, LOCAL, DOMAIN | st.just("example.com"))


def known(address: str) -> str:
    """Return the text that stands for an address, drawing another one where it is none."""
    try:
        found = normalise(address)
    except EmailAddressError:
        assume(False)
    # Some letters grow when they are made small.
    assume(len(found.rpartition("@")[0]) <= MAX_LOCAL)
    return found


@given(st.text() | ADDRESSES)
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with contextlib.suppress(EmailAddressError):
        found = normalise(text)
        assert 3 <= len(found) <= MAX_LENGTH
        assert found == unicodedata.normalize("NFC", found.strip())


@given(ADDRESSES)
def test_every_spelling_of_an_address_is_that_address(address: str) -> None:
    found = known(address)
    assert spellings(found)[0] == found
    assert {normalise(spelling) for spelling in spellings(found)} == {found}


@given(ADDRESSES, st.text(" \t\n", max_size=3))
def test_neither_blanks_nor_composition_make_another_address(address: str, blanks: str) -> None:
    found = known(address)
    for form in ("NFC", "NFD"):
        assert normalise(blanks + unicodedata.normalize(form, address) + blanks) == found
