"""From a row to an envelope: personal words, header lines, MIME."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from mailflow.audience.words import Tracking
from mailflow.content.mime import header, whole
from mailflow.content.quoted import quoted
from mailflow.content.words import Personal
from mailflow.delivery.addresses import addresses, among, unmeasured, written
from mailflow.delivery.facts import Batch
from mailflow.delivery.mails import Mail, Mails
from mailflow.delivery.reads import Row
from mailflow.delivery.transports.words import Envelope
from mailflow.foundation.ring import Ring
from mailflow.foundation.tokens import Purpose


class Press(Mails):
    """Makes mail after mail from compiled ones kept at hand. Loading may happen in one thread, letters in another."""

    def __init__(self) -> None:
        """Nothing at hand yet."""
        super().__init__()
        self._date: tuple[datetime | None, bytes] = (None, b"")

    def letter(self, row: Row, batch: Batch, *, ring: Ring, now: datetime) -> Envelope:
        """The message as it goes to the next server; raises when it cannot be made for this person."""
        mail, head, reader = batch.mail(row), batch.head(row), batch.reader(row)
        if reader is not None:
            measured = reader.tracking != Tracking.NONE
            pressed, stamps = mail.pressed(batch.url, batch.mint, measured=measured)
            tokens = stamps.make(batch.rows(row, reader), reader.tracking, leave=head.leaves)
            if tokens is not None:
                facts = batch.facts(row, reader) if measured else batch.facts(row, reader) | unmeasured(mail.links)
                if pressed.texts:
                    facts = among(facts, pressed.spelled(tokens))
                lines = head.lines(row, mail.subject(facts), self._dated(now), tokens[-1] if head.leaves else None, ring)
                content = whole(lines, pressed.text.filled(facts, tokens), pressed.html.filled(facts, tokens))
                return Envelope(row.id, head.sender, row.address, content, stuffed=True)
        personal = self.personal(row, batch)
        leave = batch.mint.make(Purpose.LEAVE, reader.subscription).encode() if reader and reader.subscription and head.leaves else None
        lines = head.lines(row, header("Subject", personal.subject), self._dated(now), leave, ring)
        return Envelope(row.id, head.sender, row.address, whole(lines, [quoted(personal.text)], [quoted(personal.html)]), stuffed=True)

    def personal(self, row: Row, batch: Batch) -> Personal:
        """The same mail as words, for a page; raises what Liquid raises when it cannot be made for this person."""
        mail = batch.mail(row)
        return mail.personaliser.render(_facts(row, batch, mail))

    def _dated(self, now: datetime) -> bytes:
        if self._date[0] is not now:  # a turn's letters bear one date
            self._date = (now, header("Date", format_datetime(now)))
        return self._date[1]


def _facts(row: Row, batch: Batch, mail: Mail) -> dict[str, Any]:
    reader = batch.reader(row)
    if reader is None:
        return batch.trial(row, mail.links)
    measured = reader.tracking != Tracking.NONE
    found = addresses(batch.url, len(mail.links), measured=measured)
    asked = {path: address for path, address in found.items() if mail.wants.has(*path)}
    texts = written(asked, batch.rows(row, reader), reader.tracking, mint=batch.mint, first_link=mail.first_link)
    facts = batch.facts(row, reader) if measured else batch.facts(row, reader) | unmeasured(mail.links)
    return among(facts, texts.items())
