"""Before a campaign leaves: some of the people it goes to, from all over its list, and what making their mails showed."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.words import SubscriptionState
from mailflow.campaigns.launch import by_number, hold
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.rules import is_templates_fault
from mailflow.campaigns.transition import move
from mailflow.campaigns.words import CampaignState

REASON = "does-not-render"


def span(session: Session, campaign: Campaign) -> tuple[int, int]:
    """The lowest and the highest number of anybody confirmed in its list; (0, 0) where nobody is."""
    in_list = (Subscription.list_id == campaign.list_id, Subscription.state == SubscriptionState.CONFIRMED)
    ends = (session.scalar(select(end(Subscription.subscriber_id)).where(*in_list)) for end in (func.min, func.max))
    low, high = (number or 0 for number in ends)
    return low, high


def people_from(session: Session, campaign: Campaign, number: int, *, most: int, now: datetime) -> list[tuple[int, str]]:
    """Number and address of the next people it would go to, from a number on: a short walk along an index."""
    people, place = by_number(session, campaign, now=now)
    here = people.where(place.state == SubscriptionState.CONFIRMED, place.subscriber_id >= number)
    rows = session.execute(here.add_columns(Subscriber.email).limit(most))
    return [(person, address) for person, address in rows]


def note_rehearsal(session: Session, campaign: Campaign, told: dict[str, Any]) -> bool:
    """Keep what the rehearsal showed; True when the campaign may go; False when it is held for its
    template's sake, or was taken back meanwhile.

    ``told`` has "tried" and "failed", and of the first failure "person", "fault" in both languages, "where" and "fields". A fault where
    nobody was tried is one of what the mail says, before anybody's was begun. Whoever lets it go all the same has seen it: it is
    rehearsed once.
    """
    if not move(session, campaign, (CampaignState.SCHEDULED,), CampaignState.SCHEDULED, rehearsed=told):
        return False
    unread = not told["tried"] and "fault" in told
    if not unread and not is_templates_fault(told["failed"], told["tried"]):
        return True
    hold(session, campaign, REASON)
    return False
