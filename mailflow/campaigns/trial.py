"""Sending a newsletter to its author to look at, through the same ledger and sender as every other mail."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Brand
from mailflow.content.models import Newsletter
from mailflow.outbox.mailings import open_mailing
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import MailingKind, State


def send_test(session: Session, newsletter: Newsletter, user_id: int, address: str, *, now: datetime) -> Mailing:
    """One message to a member of staff; each test is a mailing of its own, since the newsletter may change between two."""
    house = session.scalars(select(Brand).order_by(Brand.id)).first()
    if house is None:
        raise LookupError("there is no brand yet: the first start makes one")
    mailing = open_mailing(
        session,
        kind=MailingKind.TEST,
        source_id=int(now.timestamp() * 1_000_000),
        newsletter_id=newsletter.id,
        name=newsletter.name,
        language=newsletter.language,
        brand_id=house.id,
        now=now,
    )
    mailing.frozen_at, mailing.people = now, 1
    session.add(
        Message(
            mailing_id=mailing.id,
            person_key=-user_id,
            address=address,
            language=newsletter.language,
            lane=mailing.lane,
            provider=address.rpartition("@")[2],
            due_at=now,
            state=State.PENDING,
        )
    )
    session.flush()
    return mailing
