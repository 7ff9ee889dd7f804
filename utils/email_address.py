"""E-mail addresses as one text for each mailbox."""

import unicodedata

import idna
from email_validator import EmailNotValidError, validate_email

from utils.errors import ServiceError

MAX_LENGTH = 254


class EmailAddressError(ServiceError):
    """Not an address; the message says why."""


def normalise(text: str) -> str:
    """Return the address without outer blanks, in lower case, NFC, and with an international domain
    in letters: whoever types `münchen.de` and whoever types its punycode mean one mailbox.

    The part before the @ may be case-sensitive (RFC 5321, section 2.4), but nobody relies on it.
    Raises EmailAddressError.
    """
    try:
        # Nothing is looked up, and `example.test` is for tests.
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise EmailAddressError("Not a valid email address.") from error
    # The domain is in the only form that IDNA has for it, which is not lower case in all scripts.
    local, _, domain = found.normalized.rpartition("@")
    address = unicodedata.normalize("NFC", f"{local.lower()}@{domain}")
    # Some letters grow when they are made small.
    if len(address) > MAX_LENGTH:
        raise EmailAddressError(f"Longer than {MAX_LENGTH} characters.")
    return address


def spellings(address: str) -> tuple[str, ...]:
    """Return the address, which is normalised, and how accounts from before that may spell it."""
    local, _, domain = address.rpartition("@")
    punycode = f"{local}@{idna.encode(domain).decode()}"
    forms = (address, punycode, unicodedata.normalize("NFD", address))
    return tuple(dict.fromkeys(forms))
