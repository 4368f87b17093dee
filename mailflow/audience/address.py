"""Reading an address that somebody typed: strict, in plain letters, without look-alikes."""

import re
import unicodedata

from email_validator import EmailNotValidError, EmailUndeliverableError, validate_email

from mailflow.audience.rules import has_control
from mailflow.audience.typing_slips import meant_address
from mailflow.audience.words import Address, AddressFault

LONGEST = 254
"""RFC 5321 section 4.5.3.1.3, less the angle brackets."""
_DANGEROUS = re.compile(r"^[^A-Za-z0-9_]|[|`!%/\\]")
"""Legal, yet read as an option, a pipe or a route by old mail software; nobody's address begins so."""


def read_address(text: str, *, check_deliverability: bool = False) -> Address:
    """The address in ``text``, or why it cannot be taken; asks the DNS only when told to, so never call it inside a transaction."""
    typed = unicodedata.normalize("NFC", text.strip())
    if not typed:
        return Address(fault=AddressFault.MISSING)
    if len(typed) > LONGEST:
        return Address(fault=AddressFault.TOO_LONG)
    if has_control(typed):
        return Address(fault=AddressFault.SYNTAX)
    if _mixes_scripts(typed):
        return Address(fault=AddressFault.LOOK_ALIKE)
    if suggestion := meant_address(typed):
        return Address(fault=AddressFault.TYPO, suggestion=suggestion)
    return _validated(typed, check_deliverability=check_deliverability)


def _validated(typed: str, *, check_deliverability: bool) -> Address:
    try:
        # Without SMTPUTF8: not every server on the way takes it, and the domain travels as RFC 5890 A-labels.
        read = validate_email(typed, check_deliverability=check_deliverability, allow_smtputf8=False, strict=True)
    except EmailUndeliverableError:
        return Address(fault=AddressFault.NO_MAIL)
    except EmailNotValidError:
        return Address(fault=AddressFault.SYNTAX)
    email = read.ascii_email or ""
    if _DANGEROUS.search(read.local_part) or not email:
        return Address(fault=AddressFault.SYNTAX)
    return Address(email=email)


def _mixes_scripts(typed: str) -> bool:
    """Whether one label joins letters of two scripts, as a Cyrillic а among Latin ones (Unicode TR 39)."""
    return any(len(_scripts(label)) > 1 for label in re.split(r"[@.]", typed))


def _scripts(label: str) -> set[str]:
    return {unicodedata.name(letter, "?").split(" ")[0] for letter in label if letter.isalpha()}
