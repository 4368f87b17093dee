"""What a transport's answers leave in the ledger of sending: real rows, recorded by the product's own verb."""

from datetime import datetime

from sqlalchemy import func, select

from mailflow.audience.first_start import first_start
from mailflow.audience.models import Brand, Suppression
from mailflow.delivery.outlet import Reply
from mailflow.delivery.record import record
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import Claimed, Lane, MailingKind, Policy, State

Settled = dict[str, tuple[str, str]]
"""State and reason by recipient."""


def recorded(database: Database, ring: Ring, now: datetime, replies: dict[str, Reply], policy: Policy = Policy.HOLD) -> tuple[Settled, int]:
    """The rows of these people after their replies were recorded, and how many addresses were given up."""
    claimed = {}
    with database.begin() as session:
        first_start(session, now=now)
        brand = session.scalars(select(Brand.id)).first()
        facts = {"kind": MailingKind.CAMPAIGN, "source_id": 1, "name": "Hola", "brand_id": brand, "lane": Lane.CAMPAIGN, "policy": policy}
        mailing = Mailing(**facts, created_at=now, due_at=now)
        session.add(mailing)
        session.flush()
        for number, who in enumerate(replies, 1):
            row = Message(mailing_id=mailing.id, person_key=-number, address=who, language="es", lane=Lane.CAMPAIGN, due_at=now)
            row.state, row.worker, row.epoch, row.attempt = State.SENDING, "me", 1, 1
            session.add(row)
            session.flush()
            claimed[who] = Claimed(row.id, mailing.id, -number, who, "es", None, "example.net", {}, 1, Lane.CAMPAIGN)
    with database.begin() as session:
        record(session, [(claimed[who], reply) for who, reply in replies.items()], "me", ring=ring, now=now)
    with database.read() as session:
        rows = session.scalars(select(Message))
        settled = {row.address: (str(row.state), row.reason or "") for row in rows}
        return settled, session.scalar(select(func.count()).select_from(Suppression)) or 0
