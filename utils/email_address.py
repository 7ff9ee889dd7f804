"""Normal form of e-mail addresses: one text for each mailbox."""

import unicodedata

import idna
from email_validator import EmailNotValidError, validate_email

from utils.errors import ServiceError

MAX_LENGTH = 254


class EmailAddressError(ServiceError):
    """The text is not a valid address; the message gives the reason."""


def normalise(text: str) -> str:
    """Return the address without surrounding blanks, in lower case, NFC and Unicode domains.

    `münchen.de` and its punycode are the same domain. Raise EmailAddressError if the text is not a
    valid address.
    """
    # The part before the @ may be case-sensitive (RFC 5321, section 2.4), but nobody relies on it.
    try:
        # No DNS query is made. The test environment allows addresses such as `example.test`.
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise EmailAddressError("Not a valid email address.") from error
    # The domain already has its only form in IDNA, which is not lower case in all scripts.
    local, _, domain = found.normalized.rpartition("@")
    address = unicodedata.normalize("NFC", f"{local.lower()}@{domain}")
    # Some letters become longer in lower case.
    if len(address) > MAX_LENGTH:
        raise EmailAddressError(f"Longer than {MAX_LENGTH} characters.")
    return address


def spellings(address: str) -> tuple[str, ...]:
    """Return a normalised address, and its spellings in accounts from before normalisation."""
    local, _, domain = address.rpartition("@")
    punycode = f"{local}@{idna.encode(domain).decode()}"
    forms = (address, punycode, unicodedata.normalize("NFD", address))
    return tuple(dict.fromkeys(forms))
