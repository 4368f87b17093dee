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


def judge(session: Session, arrivals: Sequence[Arrival]) -> tuple[Book, list[str | None]]:
    """What these, at least one, in the order in which they came, will leave behind, and where each click leads; nothing is written.

    None for an open, and for a link that is not ours (S-23), of which nothing is kept. Unknown rows and mails to staff count nothing.
    A person's click on a mail not yet opened counts as its opening too: her pictures were off.
    """
    book = Book(session, arrivals)
    ways = []
    for each in arrivals:
        way = _way(book, each)
        if each.kind is HitKind.OPEN or way:
            _judge(book, each)
        ways.append(way)
    return book, ways


def keep(session: Session, book: Book) -> None:
    """Write what was judged a moment ago, and then whatever has second thoughts; judging needs no turn of the one writer."""
    book.write(session)
    for message_id, at in book.bursts.items():
        message = session.get_one(Message, message_id, populate_existing=True)
        person = session.get(Subscriber, message.person_key, populate_existing=True)
        if person:
            bursts.judge_again(session, message, person, now=at)
    session.flush()


def look_up(session: Session, arrivals: Sequence[Arrival]) -> list[str | None]:
    """Where each click leads, as ``judge`` says it; nothing is kept."""
    book = Book(session, arrivals)
    return [_way(book, arrival) for arrival in arrivals]


def _way(book: Book, arrival: Arrival) -> str | None:
    """The target comes from the mailing's own links only, never from the address that was asked for."""
    mailing_id = book.mailing_of(arrival)
    url = book.links.get(mailing_id, {}).get(arrival.link) if mailing_id and arrival.link is not None else None
    return url if url and safe_target(url) else None


def _judge(book: Book, each: Arrival) -> None:
    """With the person's message while she agrees to that; else (CNIL: for mails sent before, too) with the totals, or not at all."""
    known = book.messages.get(each.row_id) if each.personal else None
    mailing_id = known.mailing_id if known else None if each.personal else book.mailing_of(each)
    if mailing_id is None or (known and known.person_key < 0):  # a test to one of the staff
        return
    if known and known.tracking == Tracking.INDIVIDUAL:
        if personal.judge(book, known, each) is Signal.BURST:
            book.bursts[known.id] = each.at
    elif known is None or known.tracking != Tracking.NONE:
        _count(book, mailing_id, known, each)


def _count(book: Book, mailing_id: int, known: Known | None, each: Arrival) -> None:
    since = personal.since_sent(known, each.at) if known else None
    signal = machine_signal(HitFacts(each.kind, each.agent, since, each.link))
    book.count(mailing_id, each, signal)
    if known and signal is None and each.kind is HitKind.OPEN and known.tracking == Tracking.LAST_OPEN:
        book.opened_last(known, each.at)
