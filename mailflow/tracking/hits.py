"""Opens and clicks as they come in, and where a link leads."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.audience.words import Tracking
from mailflow.foundation.tokens import Purpose, Token
from mailflow.outbox.models import Link, Message
from mailflow.tracking import personal, totals
from mailflow.tracking.rules import HitFacts, machine_signal
from mailflow.tracking.targets import safe_target
from mailflow.tracking.words import HitKind

_COUNTED = frozenset({"GET", "POST"})


def record_open(session: Session, token: Token, purpose: Purpose, *, now: datetime, agent: str, method: str = "GET") -> None:
    """Count one load of the pixel; HEAD and OPTIONS, unknown rows and mails to staff count nothing."""
    if method not in _COUNTED:
        return
    if purpose is Purpose.OPEN_MAILING:
        _count(session, token.row_id, HitFacts(HitKind.OPEN, agent, None), now=now)
    elif purpose is Purpose.OPEN and (message := session.get(Message, token.row_id)):
        _record(session, message, HitFacts(HitKind.OPEN, agent, personal.since_sent(message, now)), now=now)


def record_click(session: Session, token: Token, purpose: Purpose, *, now: datetime, agent: str, method: str = "GET") -> str | None:
    """Count one click and say where the link leads; None for a link that is not ours (S-23), and nothing is counted.

    The target comes from the mailing's own links only, never from the address that was asked for.
    A person's click on a mail not yet opened counts as its opening too: her pictures were off.
    """
    message = session.get(Message, token.row_id) if purpose is Purpose.CLICK else None
    mailing_id = message.mailing_id if message else token.row_id if purpose is Purpose.CLICK_MAILING else None
    url = session.scalar(select(Link.url).where(Link.mailing_id == mailing_id, Link.number == token.extra))
    if mailing_id is None or url is None or not safe_target(url):
        return None
    if method in _COUNTED and message:
        _record(session, message, HitFacts(HitKind.CLICK, agent, personal.since_sent(message, now), token.extra), now=now)
    elif method in _COUNTED:
        _count(session, mailing_id, HitFacts(HitKind.CLICK, agent, None, token.extra), now=now)
    return url


def _record(session: Session, message: Message, facts: HitFacts, *, now: datetime) -> None:
    """Keep a hit with the person's message while she agrees to that; else (CNIL: for mails sent before, too) with the totals."""
    if message.person_key < 0:  # a test to one of the staff
        return
    person = session.get(Subscriber, message.person_key)
    if person and person.tracking == Tracking.INDIVIDUAL:
        personal.keep(session, message, person, facts, now=now)
    else:
        _count(session, message.mailing_id, facts, now=now)


def _count(session: Session, mailing_id: int, facts: HitFacts, *, now: datetime) -> None:
    totals.add(session, mailing_id, facts, machine_signal(facts), now=now)
