"""Header lines with what law and providers ask: those that a mailing's mails share are encoded once."""

from mailflow.audience.models import Brand, List
from mailflow.content.headers import HeaderError, header, mailbox, recipient
from mailflow.delivery.reads import Row
from mailflow.foundation.ring import Ring
from mailflow.outbox.words import MailingKind

__all__ = ["Head", "HeaderError", "head", "known_as", "message_id"]

_EXAMPLE = "A" * 36


class Head:
    """The header lines of one brand's mails, for one list or none."""

    def __init__(self, brand: Brand, shared: list[tuple[str, str]], leave: str | None) -> None:
        """``shared`` are lines like any other; ``leave`` is what the address of one click begins with."""
        self.sender, self.leaves = brand.from_address, leave is not None
        self._from = header("From", mailbox(brand.from_name, brand.from_address))
        self._domain = _domain(brand)
        header("Message-ID", f"<m1.{_EXAMPLE}@{self._domain}>")  # raises what it would raise for each mail
        self._shared = b"".join(header(name, value) for name, value in shared)
        self._leave = _leaving(leave) if leave else (b"", b"")

    def lines(self, row: Row, subject: bytes, date: bytes, leave: bytes | None, ring: Ring) -> list[bytes]:
        """All lines of one message; ``leave`` is the token to leave by."""
        to, known_as = recipient(row.address), f"Message-ID: {message_id(row.id, self._domain, ring)}\r\n".encode("ascii")
        lines = [self._from, to, subject, date, known_as, self._shared]
        return [*lines, self._leave[0], leave, self._leave[1]] if leave else lines


def head(brand: Brand, of_list: List | None, kind: str, public_url: str) -> Head:
    """What goes on top of a mailing's mails."""
    reply = [("Reply-To", brand.reply_to)] if brand.reply_to else []
    if of_list is not None:
        domain = _domain(brand)
        shared = [("List-Id", f"{of_list.slug} <{of_list.slug}.{domain}>"), ("List-Post", "NO"), ("Precedence", "bulk")]
        return Head(brand, [*reply, *shared], f"{public_url}/unsubscribe/")
    # RFC 3834: a notice is nobody's newsletter, and must set off no autoresponder.
    quiet = [] if kind == MailingKind.TEST else [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")]
    return Head(brand, [*reply, *quiet], None)


def message_id(number: int, domain: str, ring: Ring) -> str:
    """The same for every attempt of a row, so that a resend is recognised as one (RFC 5322 section 3.6.4)."""
    return f"<m{number}.{ring.hash(f'message {number}')[:20]}@{domain}>"


def known_as(number: int, brand: Brand, ring: Ring) -> str:
    """The Message-ID under which a row went or would go; empty where the brand has no address to write from."""
    return message_id(number, _domain(brand), ring) if brand.from_address else ""


def _leaving(address: str) -> tuple[bytes, bytes]:
    """RFC 2369 and RFC 8058: one https address and the exact words of one click, written around the token."""
    line = header("List-Unsubscribe", f"<{address}{_EXAMPLE}>")
    before, _, after = line.rpartition(_EXAMPLE.encode())
    return before, after + header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


def _domain(brand: Brand) -> str:
    """In the letters that headers take: cerámica.es is xn--cermica-jwa.es there."""
    return brand.from_address.rpartition("@")[2].encode("idna").decode("ascii")
