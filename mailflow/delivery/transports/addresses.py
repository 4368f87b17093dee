"""Addresses as they may stand in MAIL and RCPT: one recipient, nothing that could end the line (RFC 5321 section 4.1.2)."""

import re

from email_validator import EmailNotValidError, validate_email

_FORBIDDEN = r"\s<>@,;:\"\\()\[\]\x00-\x1f\x7f"
_SHAPE = re.compile(rf"[^{_FORBIDDEN}\-|][^{_FORBIDDEN}]*@[^{_FORBIDDEN}|]+")
_PLAINEST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+=-]{0,63}@[A-Za-z0-9.-]{1,255}").fullmatch
# A local part that begins with a dash or a pipe is legal, and was an attack on somebody's shell each time it was seen.


class BadAddressError(ValueError):
    """The address cannot be written to; the message says why, without repeating it."""


def envelope_address(address: str) -> str:
    """The address as MAIL and RCPT take it: checked, an international domain as A-labels (RFC 5891)."""
    if _PLAINEST(address):  # nearly all of them
        return address
    if not _SHAPE.fullmatch(address) or not address.isprintable():
        raise BadAddressError("the address is not one plain mailbox")
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        domain = _ascii_domain(domain)
    if len(local.encode()) > 64 or len(domain) > 255:
        raise BadAddressError("the address is longer than SMTP allows")
    return f"{local}@{domain}"


def _ascii_domain(domain: str) -> str:
    try:
        checked = validate_email(f"someone@{domain}", check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise BadAddressError("the address's domain cannot be written in ASCII") from None
    return checked.ascii_domain
