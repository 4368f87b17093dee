"""The year's campaigns, issue by issue: written, compiled, sent and answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import List
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SuppressionReason
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.words import CampaignState
from mailflow.content.models import Newsletter
from mailflow.content.store import keep
from mailflow.content.words import Compiled
from mailflow.demo.behaviour import chances
from mailflow.demo.issues import ZONE, Issue, slots, subject
from mailflow.demo.past import Teller, skip
from mailflow.demo.people import Person
from mailflow.foundation.ring import Ring
from mailflow.outbox.enqueue import Entry, enqueue
from mailflow.outbox.mailings import open_mailing
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import MailingKind, Reason, State

_SLICE = 400


def write(session: Session, issue: Issue, *, shop_url: str) -> Newsletter:
    """The issue's newsletter, as a marketer would have written it."""
    written = Newsletter(
        name=issue.title, template="newsletter", language="es", subject=subject(issue), preheader=issue.line,
        slots=slots(issue, shop_url=shop_url), created_at=issue.due - timedelta(days=3), changed_at=issue.due - timedelta(days=1),
    )  # fmt: skip
    session.add(written)
    session.flush()
    return written


def open_past(session: Session, issue: Issue, written: Newsletter, target: List, compiled: Compiled) -> Mailing:
    """Its campaign and mailing, as they stand after the last message."""
    campaign = Campaign(
        name=issue.title, newsletter_id=written.id, list_id=target.id, state=CampaignState.SENT,
        wall_time=f"{issue.due:%Y-%m-%d}T10:00", zone=ZONE, due_at=issue.due, created_at=written.created_at,
        started_at=issue.due, finished_at=issue.due + timedelta(minutes=4),
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    mailing = open_mailing(
        session, kind=MailingKind.CAMPAIGN, source_id=campaign.id, newsletter_id=written.id, name=issue.title, language="es",
        list_id=target.id, brand_id=target.brand_id, now=issue.due, due_at=issue.due,
    )  # fmt: skip
    campaign.mailing_id = mailing.id
    keep(session, mailing, "es", compiled, now=issue.due)
    return mailing


def readers(people: Sequence[Person], issue: Issue) -> list[Person]:
    """Who was in the list that day, or had left it within the month."""
    return [
        person
        for person in people
        if issue.list_index in person.lists
        and person.joined < issue.due
        and (person.left is None or person.left > issue.due - timedelta(days=30))
    ]


def enqueue_all(session: Session, mailing: Mailing, reading: Sequence[Person], *, now: datetime) -> None:
    """One row each, through the product's own verb."""
    for start in range(0, len(reading), _SLICE):
        enqueue(session, mailing, [Entry(person.number) for person in reading[start : start + _SLICE]], now=now)


def settle_left_out(session: Session, mailing: Mailing, issue: Issue, people: dict[int, Person], ring: Ring) -> None:
    """Those who did not get it: gone, silent, or at an address that no longer exists."""
    rows = session.execute(select(Message.id, Message.person_key).where(Message.mailing_id == mailing.id)).all()
    why: dict[Reason, list[int]] = {Reason.LEFT: [], Reason.SILENT: [], Reason.SUPPRESSED: [], Reason.HARD_ADDRESS: []}
    for message_id, person_key in rows:
        reason = _reason(people[person_key], issue)
        if reason:
            why[reason].append(message_id)
        if reason == Reason.HARD_ADDRESS:
            suppress(session, people[person_key].email, SuppressionReason.HARD_BOUNCE, ring=ring, now=issue.due)
            people[person_key].bounces_from = -1
    for reason, messages in why.items():
        skip(session, messages, reason, State.FAILED if reason == Reason.HARD_ADDRESS else State.SKIPPED)


def _reason(person: Person, issue: Issue) -> Reason | None:
    if person.left and person.left <= issue.due:
        return Reason.LEFT
    if person.bounces_from == -1:
        return Reason.SUPPRESSED
    if person.bounces_from is not None and issue.number >= person.bounces_from:
        return Reason.HARD_ADDRESS
    return Reason.SILENT if person.silent and person.silent <= issue.due else None


def tell_issue(session: Session, teller: Teller, mailing: Mailing, issue: Issue, people: dict[int, Person], links: int) -> None:
    """What its readers did."""
    likely = {number: chances(person, issue) for number, person in people.items()}
    teller.tell(session, mailing, people, likely, links)
