"""From a row to an envelope: personal words, headers with what law and providers ask, MIME."""

from collections import OrderedDict
from datetime import datetime
from email.utils import format_datetime

from sqlalchemy.orm import Session

from mailflow.audience.models import Brand, List
from mailflow.content.mime import build_mime, mailbox
from mailflow.content.personalise import Personaliser
from mailflow.content.store import kept
from mailflow.content.words import Compiled, Personal
from mailflow.delivery.facts import Batch
from mailflow.delivery.transports.words import Envelope
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Message
from mailflow.outbox.words import MailingKind

_CACHED = 64


class Press:
    """Compiled mails kept at hand, each parsed once however many people get it."""

    def __init__(self) -> None:
        """Empty; filled as mailings come by."""
        self._ready: OrderedDict[tuple[int, str], tuple[Personaliser, Compiled, int]] = OrderedDict()

    def has(self, mailing_id: int, language: str) -> bool:
        """Whether this mailing is at hand in this language."""
        return (mailing_id, language) in self._ready

    def load(self, session: Session, mailing_id: int, language: str) -> bool:
        """Fetch what the mailing was compiled to; False when it was not compiled in this language."""
        row = kept(session, mailing_id, language)
        if row is None:
            return False
        compiled = Compiled.from_dict(row.compiled)
        self._ready[mailing_id, language] = (Personaliser(compiled), compiled, row.first_link)
        if len(self._ready) > _CACHED:
            self._ready.popitem(last=False)
        return True

    def personal(self, message: Message, batch: Batch) -> Personal:
        """One person's mail; raises what Liquid raises when it cannot be made for her."""
        personaliser, compiled, first_link = self._ready[message.mailing_id, message.language]
        return personaliser.render(batch.facts(message, compiled.links, first_link))


def envelope(message: Message, personal: Personal, batch: Batch, of_list: List | None, *, ring: Ring, now: datetime) -> Envelope:
    """The message as it goes to the next server."""
    brand = batch.brand(message)
    headers = [
        ("From", mailbox(brand.from_name, brand.from_address)),
        ("To", message.address),
        ("Subject", personal.subject),
        ("Date", format_datetime(now)),
        ("Message-ID", message_id(message, brand, ring)),
        *([("Reply-To", brand.reply_to)] if brand.reply_to else []),
        *_kind_headers(message, batch, of_list, brand),
    ]
    return Envelope(message.id, brand.from_address, message.address, build_mime(headers, text=personal.text, html=personal.html))


def message_id(message: Message, brand: Brand, ring: Ring) -> str:
    """The same for every attempt of a row, so that a resend is recognised as one (RFC 5322 section 3.6.4)."""
    return f"<m{message.id}.{ring.hash(f'message {message.id}')[:20]}@{_domain(brand)}>"


def _kind_headers(message: Message, batch: Batch, of_list: List | None, brand: Brand) -> list[tuple[str, str]]:
    if of_list is None:
        if batch.mailing(message).kind == MailingKind.TEST:
            return []
        # RFC 3834: a notice is nobody's newsletter, and must set off no autoresponder.
        return [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")]
    headers = [("List-Id", f"{of_list.slug} <{of_list.slug}.{_domain(brand)}>"), ("List-Post", "NO"), ("Precedence", "bulk")]
    if leave := batch.leave_link(message):
        # RFC 2369 and RFC 8058: one https address and the exact words of one click.
        headers += [("List-Unsubscribe", f"<{leave}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]
    return headers


def _domain(brand: Brand) -> str:
    """In the letters that headers take: cerámica.es is xn--cermica-jwa.es there."""
    return brand.from_address.rpartition("@")[2].encode("idna").decode("ascii")
