"""A step's mail, put into the outbox for many people at once, each with her code."""

from collections.abc import Sequence as Many
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import List
from mailflow.audience.profile import values
from mailflow.audience.queries import installation
from mailflow.foundation.language import pick
from mailflow.offers.issue import issue_codes
from mailflow.offers.models import Code, Offer
from mailflow.outbox.enqueue import Entry, enqueue
from mailflow.outbox.mailings import open_mailing
from mailflow.outbox.models import Mailing
from mailflow.outbox.words import MailingKind
from mailflow.sequences.models import Enrolment, Sequence, Step
from mailflow.sequences.recipes import RECIPES


def post_step(session: Session, sequence: Sequence, step: Step, people: Many[Enrolment], *, now: datetime) -> None:
    """One message each; the enrolment is its occasion, so that nobody gets a step twice whatever happens."""
    codes = _codes(session, sequence, people, now)
    entries = [
        Entry(
            enrolment.subscriber_id,
            occasion=enrolment.id,
            context={"code_id": code.id} if code else {},
            list_id=enrolment.list_id,
            expires_at=code.ends_at if code else None,
        )
        for enrolment in people
        for code in (codes.get(enrolment.subscriber_id),)
    ]
    enqueue(session, _mailing(session, sequence, step, people[0], now), entries, now=now, due_at=now)


def _mailing(session: Session, sequence: Sequence, step: Step, someone: Enrolment, now: datetime) -> Mailing:
    """One for the step, whatever the lists of its people: each message says its own list."""
    title = RECIPES[sequence.recipe].parts[step.position].title
    return open_mailing(
        session,
        kind=MailingKind.STEP,
        source_id=step.id,
        template=step.settings["template"],
        name=pick(title, installation(session).language),
        brand_id=session.scalars(select(List.brand_id).where(List.id == someone.list_id)).one(),
        now=now,
    )


def _codes(session: Session, sequence: Sequence, people: Many[Enrolment], now: datetime) -> dict[int, Code]:
    """The codes of a sequence with an offer, by person; missing ones are issued. What tells of one is never sent after its end."""
    if sequence.offer_id is None:
        return {}
    offer = session.get_one(Offer, sequence.offer_id)
    zone = installation(session).zone
    known = values(session, [enrolment.subscriber_id for enrolment in people])
    names = {person: str(profile.get("first_name", "")) for person, profile in known.items()}
    return issue_codes(session, offer, names, now=now, zone=zone)
