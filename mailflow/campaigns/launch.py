"""Launching: freeze who gets it, a slice at a time, while the first ones already leave."""

from datetime import datetime, timedelta
from operator import attrgetter

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from mailflow.audience.fields import fields
from mailflow.audience.models import List, Subscriber, Subscription
from mailflow.audience.words import SubscriptionState
from mailflow.campaigns.kept import Narrowing, language_of, narrowing_of
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.transition import move
from mailflow.campaigns.words import CampaignState
from mailflow.outbox.enqueue import Entry, enqueue
from mailflow.outbox.mailings import open_mailing
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.queries import is_finished
from mailflow.outbox.words import MailingKind, Reason
from mailflow.segments.compile import members

SLICE = 500
"""People a transaction: some 30 ms on SQLite, whose one writer must not be kept from the sender."""
NEAR = timedelta(minutes=2)
"""A campaign's mail is compiled so long before its hour, so that the first one leaves within a second of it."""
GRACE = timedelta(minutes=60)
"""Ordinarily a campaign found due later than this is held for a person to decide, never silently sent or dropped."""
LEFT_RECENTLY = timedelta(days=30)
"""Who left the list in this time gets a row that says so; people gone for longer are told of on their own page."""
MISSED = "missed"
"""Why a campaign is held that was found so late."""
_BEGUN = (CampaignState.SENDING, CampaignState.PAUSED)


def due(session: Session, *, now: datetime) -> list[Campaign]:
    """Campaigns whose hour has come and whose mailing is not open yet."""
    return list(session.scalars(select(Campaign).where(Campaign.state == CampaignState.SCHEDULED, Campaign.due_at <= now)))


def soon(session: Session, *, now: datetime) -> list[Campaign]:
    """Campaigns whose hour is near: time to make ready what needs no people."""
    near = (Campaign.due_at > now, Campaign.due_at <= now + NEAR)
    return list(session.scalars(select(Campaign).where(Campaign.state == CampaignState.SCHEDULED, *near)))


def hold_if_missed(session: Session, campaign: Campaign, *, now: datetime, grace: timedelta = GRACE) -> bool:
    """True, and held, when its hour passed more than the grace ago."""
    if campaign.due_at is None or now - campaign.due_at <= grace:
        return False
    return move(session, campaign, (CampaignState.SCHEDULED,), CampaignState.HELD, reason=MISSED)


def held_too_soon(session: Session, *, now: datetime) -> list[Campaign]:
    """Campaigns held as missed although their hour is still to come: the clock was ahead, and was set right since."""
    held = (Campaign.state == CampaignState.HELD, Campaign.reason == MISSED)
    return list(session.scalars(select(Campaign).where(*held, Campaign.due_at > now)))


def give_back(session: Session, campaign: Campaign) -> bool:
    """Let a held campaign wait for its hour again; False when somebody has decided meanwhile."""
    return move(session, campaign, (CampaignState.HELD,), CampaignState.SCHEDULED, reason=None)


def hold(session: Session, campaign: Campaign, reason: str) -> bool:
    """Do not start it: its mail does not compile, say."""
    return move(session, campaign, (CampaignState.SCHEDULED,), CampaignState.HELD, reason=reason)


def open_campaign(session: Session, campaign: Campaign, *, now: datetime) -> Mailing:
    """Give a scheduled campaign its mailing, still without people; the same one however often it is asked for."""
    target = session.get_one(List, campaign.list_id)
    mailing = open_mailing(
        session,
        kind=MailingKind.CAMPAIGN,
        source_id=campaign.id,
        newsletter_id=campaign.newsletter_id,
        name=campaign.name,
        language=language_of(session, campaign),
        list_id=target.id,
        brand_id=target.brand_id,
        now=now,
        due_at=campaign.due_at,
    )
    campaign.mailing_id = mailing.id
    session.flush()
    return mailing


def start(session: Session, campaign: Campaign, *, now: datetime) -> bool:
    """From scheduled to sending; False when somebody else was first, or it was cancelled."""
    if not move(session, campaign, (CampaignState.SCHEDULED,), CampaignState.SENDING, started_at=now):
        return False
    mailing = session.get_one(Mailing, campaign.mailing_id)
    mailing.due_at = campaign.due_at or now  # its hour may have been changed since the mailing was opened
    session.flush()
    return True


def freezing(session: Session) -> list[Campaign]:
    """Campaigns begun whose people are not all written down yet."""
    joined = select(Campaign).join(Mailing, Mailing.id == Campaign.mailing_id)
    return list(session.scalars(joined.where(Campaign.state.in_(_BEGUN), Mailing.frozen_at.is_(None))))


def freeze_slice(session: Session, campaign: Campaign, *, now: datetime) -> bool:
    """Write down the next people; True when all are, or it was cancelled meanwhile. Safe to repeat: who has a row keeps it."""
    if campaign.state not in _BEGUN:
        return True
    mailing = session.get_one(Mailing, campaign.mailing_id)
    after = session.scalar(select(func.max(Message.person_key)).where(Message.mailing_id == mailing.id)) or 0
    entries = _next_people(session, campaign, after, now=campaign.started_at or now)
    enqueue(session, mailing, entries, now=now, due_at=min(mailing.due_at, now))  # begun is due, also where the clock was set back
    if len(entries) < SLICE:
        mailing.frozen_at = now
    session.flush()
    return len(entries) < SLICE


def _next_people(session: Session, campaign: Campaign, after: int, *, now: datetime) -> list[Entry]:
    """The next candidates by number, at most a slice: confirmed ones, and who left lately as far as these reach.

    Each kind is a walk along an index from where the last slice ended; asked for together they would all be sorted for each slice.
    """
    people, place = by_number(session, campaign, now=now)
    walk = people.where(place.subscriber_id > after).limit(SLICE)
    confirmed = session.scalars(walk.where(place.state == SubscriptionState.CONFIRMED)).all()
    left = walk.where(place.state == SubscriptionState.LEFT, place.left_at > now - LEFT_RECENTLY)
    if len(confirmed) == SLICE:
        left = left.where(place.subscriber_id < confirmed[-1])
    gone = [Entry(number, skip=Reason.LEFT) for number in session.scalars(left)]
    return sorted([*map(Entry, confirmed), *gone], key=attrgetter("subscriber_id"))[:SLICE]


def by_number(session: Session, campaign: Campaign, *, now: datetime) -> tuple[Select[int], type[Subscription]]:
    """Whoever has a place in its list, in whatever state, and is in its segment, in the order of their numbers; and that place."""
    narrowing, place = narrowing_of(session, campaign), aliased(Subscription)
    people = members_of(session, narrowing, now=now) if narrowing else select(Subscriber.id)
    theirs = people.join(place, place.subscriber_id == Subscriber.id).where(place.list_id == campaign.list_id)
    return theirs.order_by(place.subscriber_id), place


def candidates(session: Session, list_id: int | None, narrowing: Narrowing | None, *, now: datetime) -> Select[int, str]:
    """Ids and subscription states of whom a campaign is about: confirmed in the list or lately gone from it, and in the segment."""
    recent = (Subscription.state == SubscriptionState.LEFT) & (Subscription.left_at > now - LEFT_RECENTLY)
    wanted = (
        select(Subscriber.id, Subscription.state)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(Subscription.list_id == list_id, (Subscription.state == SubscriptionState.CONFIRMED) | recent)
    )
    if narrowing is None:
        return wanted
    return wanted.where(Subscriber.id.in_(members_of(session, narrowing, now=now)))


def members_of(session: Session, narrowing: Narrowing, *, now: datetime) -> Select[int]:
    """Ids of everybody in a campaign's segment."""
    return members(narrowing.tree, now=now, fields=fields(session), segments=narrowing.segments)


def finish(session: Session, campaign: Campaign, *, now: datetime) -> bool:
    """Mark it sent once its rows say so."""
    mailing = session.get_one(Mailing, campaign.mailing_id)
    return is_finished(session, mailing) and move(session, campaign, (CampaignState.SENDING,), CampaignState.SENT, finished_at=now)
