"""Opens and clicks as they come in, many at once, and where each link leads."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.audience.words import Tracking
from mailflow.foundation.tokens import Purpose, Token
from mailflow.outbox.models import Message
from mailflow.tracking import bursts, personal
from mailflow.tracking.book import Book, Known
from mailflow.tracking.rules import HitFacts, machine_signal
from mailflow.tracking.targets import safe_target
from mailflow.tracking.words import Arrival, HitKind, Signal

_KINDS = {
    Purpose.OPEN: (HitKind.OPEN, True),
    Purpose.CLICK: (HitKind.CLICK, True),
    Purpose.OPEN_MAILING: (HitKind.OPEN, False),
    Purpose.CLICK_MAILING: (HitKind.CLICK, False),
}


def arrival(token: Token, purpose: Purpose, *, now: datetime, agent: str) -> Arrival:
    """What a token of one of the four purposes of pixels and links says was asked for."""
    kind, personal_one = _KINDS[purpose]
    return Arrival(kind, token.row_id, personal_one, token.extra if kind is HitKind.CLICK else None, now, agent)


def record_hits(session: Session, arrivals: Sequence[Arrival]) -> list[str | None]:
    """Keep these, at least one, in the order in which they came, and say where each click leads.

    None for an open, and for a link that is not ours (S-23), of which nothing is kept. Unknown rows and mails to staff count nothing.
    A person's click on a mail not yet opened counts as its opening too: her pictures were off.
    """
    book = Book(session, arrivals)
    ways = []
    for arrival in arrivals:
        way = _way(book, arrival)
        if arrival.kind is HitKind.OPEN or way:
            _keep(session, book, arrival)
        ways.append(way)
    book.write()
    return ways


def look_up(session: Session, arrivals: Sequence[Arrival]) -> list[str | None]:
    """Where each click leads, as ``record_hits`` says it; nothing is kept."""
    book = Book(session, arrivals)
    return [_way(book, arrival) for arrival in arrivals]


def _way(book: Book, arrival: Arrival) -> str | None:
    """The target comes from the mailing's own links only, never from the address that was asked for."""
    mailing_id = book.mailing_of(arrival)
    url = book.links.get(mailing_id, {}).get(arrival.link) if mailing_id and arrival.link is not None else None
    return url if url and safe_target(url) else None


def _keep(session: Session, book: Book, arrival: Arrival) -> None:
    """With the person's message while she agrees to that; else (CNIL: for mails sent before, too) with the totals."""
    known = book.messages.get(arrival.row_id) if arrival.personal else None
    if known is None:
        mailing_id = None if arrival.personal else book.mailing_of(arrival)
    elif known.person_key < 0:  # a test to one of the staff
        return
    elif known.tracking == Tracking.INDIVIDUAL:
        if personal.keep(book, known, arrival) is Signal.BURST:
            _judge_again(session, book, known, arrival)
        return
    else:
        mailing_id = known.mailing_id
    if mailing_id:
        since = personal.since_sent(known, arrival.at) if known else None
        book.count(mailing_id, arrival, machine_signal(HitFacts(arrival.kind, arrival.agent, since, arrival.link)))


def _judge_again(session: Session, book: Book, known: Known, arrival: Arrival) -> None:
    """Second thoughts need everything written first, and what is known of the message changes by them."""
    book.write()
    message = session.get_one(Message, known.id, populate_existing=True)
    person = session.get_one(Subscriber, known.person_key, populate_existing=True)
    bursts.judge_again(session, message, person, now=arrival.at)
    session.flush()
    book.read_again(known.id)
