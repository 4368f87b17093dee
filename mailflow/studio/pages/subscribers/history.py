"""What happened to one person: the ledger's lines, messages, orders and codes, read for her page."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import List
from mailflow.audience.records.models import FormerAddress
from mailflow.foundation.accounts import User
from mailflow.foundation.language import pick
from mailflow.foundation.limited import Limit, TooSlowError
from mailflow.offers.models import Code, Offer
from mailflow.outbox.models import Mailing, Message
from mailflow.segments.explain import explain
from mailflow.segments.queries import segments
from mailflow.segments.words import TreeError
from mailflow.studio.language import current_language
from mailflow.studio.mail_names import mail_name
from mailflow.tracking.models import Order

MOST_LINES = 25
MOST_MESSAGES = 50
TOPICS = {
    "messages": (Kind.SENT, Kind.BOUNCED, Kind.OPENED, Kind.CLICKED),
    "orders": (Kind.ORDERED, Kind.CODE_REDEEMED),
    "lists": (Kind.SIGNED_UP, Kind.CONFIRMED, Kind.LEFT, Kind.PREFERENCES_CHANGED),
    "machines": (Kind.OPENED, Kind.CLICKED),
}
"""What a timeline can be narrowed to."""


@dataclass(frozen=True)
class Happening:
    """One line of the timeline, with the names of the list and the mailing it is about."""

    line: Activity
    list_name: str
    mailing: str


@dataclass(frozen=True)
class Letter:
    """One message and the mailing it belongs to."""

    message: Message
    mailing: str


@dataclass(frozen=True)
class Bought:
    """One order, and the mailing it is attributed to, if any."""

    order: Order
    mailing: str


@dataclass(frozen=True)
class Given:
    """One code and its offer's name."""

    code: Code
    offer: str
    conditions: str

    def state(self, now: datetime) -> str:
        """used, over, or open."""
        if self.code.redeemed_at:
            return "used"
        return "open" if self.code.ends_at > now else "over"


def happenings(
    session: Session, subscriber_id: int, topic: str | None, *, before: int | None = None, limit: int = MOST_LINES
) -> tuple[list[Happening], int | None]:
    """A person's lines, newest first, all or of one of TOPICS, and the line to go on ``before``; what machines did stands apart."""
    lines = select(Activity).where(Activity.subscriber_id == subscriber_id, Activity.kind != Kind.CORRECTED)
    lines = lines.where(Activity.machine if topic == "machines" else Activity.machine.is_(False))
    if topic in TOPICS:
        lines = lines.where(Activity.kind.in_(TOPICS[topic]))
    last = session.get(Activity, before) if before else None
    if last is not None:
        lines = lines.where(tuple_(Activity.at, Activity.id) < tuple_(last.at, last.id))
    found = list(session.scalars(lines.order_by(Activity.at.desc(), Activity.id.desc()).limit(limit + 1)))
    names = {one.id: pick(one.name, current_language()) for one in session.scalars(select(List))}
    mailings = _mailing_names(session, {line.mailing_id for line in found if line.mailing_id})
    told = [Happening(line, names.get(line.list_id or 0, ""), mailings.get(line.mailing_id or 0, "")) for line in found[:limit]]
    return told, (found[limit - 1].id if len(found) > limit else None)


def user_names(session: Session) -> dict[int, str]:
    """What our people are called, by number."""
    return {one.id: one.name or one.email for one in session.scalars(select(User))}


def in_segments(session: Session, subscriber_id: int, *, now: datetime) -> list[tuple[int, str]]:
    """The segments she is in now; one that cannot be read any more, or in time, is left out."""
    found, limit = [], Limit()
    for one in segments(session):
        with suppress(TreeError, TooSlowError), limit.on(session):
            explained = explain(session, one.tree, subscriber_id, now=now)
            if explained and explained.met:
                found.append((one.id, pick(one.name, current_language())))
    return found


def former_addresses(session: Session, subscriber_id: int) -> list[FormerAddress]:
    """The addresses she had before, newest first."""
    return list(
        session.scalars(select(FormerAddress).where(FormerAddress.subscriber_id == subscriber_id).order_by(FormerAddress.id.desc()))
    )


def letters(session: Session, subscriber_id: int) -> tuple[list[Letter], int]:
    """The newest messages of a person, and how many there are in all."""
    own = Message.person_key == subscriber_id
    newest = (
        select(Message, Mailing.name, Mailing.template)
        .join(Mailing, Mailing.id == Message.mailing_id)
        .where(own)
        .order_by(Message.id.desc())
    )
    rows = session.execute(newest.limit(MOST_MESSAGES))
    total = session.scalar(select(func.count()).select_from(Message).where(own)) or 0
    return [Letter(message, mail_name(name, design)) for message, name, design in rows], total


def bought(session: Session, subscriber_id: int) -> list[Bought]:
    """A person's orders, newest first."""
    rows = session.execute(
        select(Order, Mailing.name, Mailing.template)
        .outerjoin(Message, Message.id == Order.message_id)
        .outerjoin(Mailing, Mailing.id == Message.mailing_id)
        .where(Order.subscriber_id == subscriber_id)
        .order_by(Order.at.desc())
    )
    return [Bought(order, mail_name(name or "", design or "")) for order, name, design in rows]


def given(session: Session, subscriber_id: int) -> list[Given]:
    """A person's codes, newest first."""
    rows = session.execute(
        select(Code, Offer)
        .join(Offer, Offer.id == Code.offer_id)
        .where(Code.subscriber_id == subscriber_id)
        .order_by(Code.issued_at.desc())
    )
    return [Given(code, pick(offer.name, current_language()), pick(offer.conditions, current_language())) for code, offer in rows]


def _mailing_names(session: Session, ids: set[int]) -> dict[int, str]:
    rows = session.execute(select(Mailing.id, Mailing.name, Mailing.template).where(Mailing.id.in_(ids)))
    return {row.id: mail_name(row.name, row.template) for row in rows}
