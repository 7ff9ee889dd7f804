"""One text for each mailbox; see also how accounts are found by it."""

import pytest

from utils.email_address import normalise, spellings

CAPITAL, SMALL, PUNYCODE = "\u13a0.example", "\uab70.example", "xn--58d.example"


@pytest.mark.parametrize("domain", [CAPITAL, SMALL, PUNYCODE])
def test_a_domain_keeps_the_letters_that_it_has_in_the_network(domain: str) -> None:
    """Those of Cherokee are capitals; in small ones nobody could log in."""
    assert normalise(f"User@{domain}") == f"user@{CAPITAL}"
    assert spellings(f"user@{CAPITAL}") == (f"user@{CAPITAL}", f"user@{PUNYCODE}")
