"""A mailing that went to the cast at noon: Ana (kept with her name), Bruno's reader Berta (totals only)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from mailflow.audience.models import Brand, Installation, List, Subscriber
from mailflow.outbox.models import Cell, Link, Mailing, Message
from mailflow.tracking.hits import judge, keep
from mailflow.tracking.words import Arrival

SENT_AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"


@dataclass(frozen=True)
class Mailed:
    """Ids of what was made."""

    mailing: int
    ana: int
    ana_message: int
    berta: int
    berta_message: int


def person(session: Session, name: str, *, tracking: str = "individual") -> Subscriber:
    made = Subscriber(email=f"{name}@example.net", email_key=f"{name}@example.net", tracking=tracking, source="form:newsletter")
    made.created_at = made.confirmed_at = SENT_AT - timedelta(days=30)
    session.add(made)
    session.flush()
    return made


def mailing(session: Session, name: str = "Aceite nuevo", *, source_id: int = 1, at: datetime = SENT_AT, kind: str = "campaign") -> Mailing:
    if session.get(Brand, 1) is None:
        session.add(Installation(id=1))
        session.add(
            Brand(id=1, name="Casa Olivo", from_name="Casa Olivo", from_address="hola@example.com", postal_address="Jaén", shop_url="")
        )
        session.flush()
        session.add(List(id=1, slug="news", brand_id=1, name={"es": "Novedades"}, description={}, created_at=SENT_AT))
        session.flush()
    made = Mailing(kind=kind, source_id=source_id, name=name, list_id=1, brand_id=1, lane=2, policy="hold", created_at=at, due_at=at)
    session.add(made)
    session.flush()
    return made


def message(
    session: Session,
    mailing_id: int,
    person_key: int,
    *,
    state: str = "sent",
    sent_at: datetime | None = SENT_AT,
    flush: bool = True,
    **more,
) -> Message:
    made = Message(mailing_id=mailing_id, person_key=person_key, address="", language="es", lane=2, due_at=SENT_AT, state=state)
    made.sent_at = sent_at if state == "sent" else None
    for column, value in more.items():
        setattr(made, column, value)
    session.add(made)
    if flush:
        session.flush()
    return made


def cell(session: Session, **values) -> int:
    made = Cell(digest=repr(sorted(values.items())), data=values)
    session.add(made)
    session.flush()
    return made.id


def links(session: Session, mailing_id: int, count: int = 5) -> None:
    session.add_all(Link(mailing_id=mailing_id, number=n, url=f"https://shop.example.com/p/{n}?a=1&b=2") for n in range(1, count + 1))
    session.flush()


def mail_the_cast(session: Session) -> Mailed:
    sent = mailing(session)
    links(session, sent.id)
    ana, berta = person(session, "ana"), person(session, "berta", tracking="aggregate")
    return Mailed(sent.id, ana.id, message(session, sent.id, ana.id).id, berta.id, message(session, sent.id, berta.id).id)


def record_hits(session: Session, arrivals: Sequence[Arrival]) -> list[str | None]:
    """What the keeper of the beacons does with a group; where each click leads."""
    book, ways = judge(session, arrivals)
    keep(session, book)
    return ways
