"""Who would get a campaign now, and who would not and why: the gate's own rule, asked ahead."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.suppression import blocks
from mailflow.audience.words import SubscriptionState
from mailflow.campaigns.kept import Narrowing, narrowing_now, narrowing_of
from mailflow.campaigns.launch import candidates
from mailflow.campaigns.models import Campaign
from mailflow.foundation.ring import Ring
from mailflow.outbox.rules import Answer, Facts, is_blocked, may_go
from mailflow.outbox.words import MailingKind, MailingState


@dataclass(frozen=True)
class Reach:
    """``in_list`` confirmed people of the list; ``outside_segment`` of them the segment leaves out; the rest as the gate sees them."""

    in_list: int
    outside_segment: int
    will_get: int
    left_out: dict[str, int] = field(default_factory=dict)


def reach(session: Session, list_id: int | None, segment_id: int | None, *, now: datetime, ring: Ring) -> Reach:
    """Counted person by person with the gate's rule; looked at again when each message goes."""
    return _counted(session, list_id, narrowing_now(session, segment_id), now=now, ring=ring)


def reach_of(session: Session, campaign: Campaign, *, now: datetime, ring: Ring) -> Reach:
    """The same for a campaign: once it is scheduled, with its segment as it stood then."""
    return _counted(session, campaign.list_id, narrowing_of(session, campaign), now=now, ring=ring)


def _counted(session: Session, list_id: int | None, narrowing: Narrowing | None, *, now: datetime, ring: Ring) -> Reach:
    in_list = select(func.count()).where(Subscription.list_id == list_id, Subscription.state == SubscriptionState.CONFIRMED)
    total = session.scalar(in_list) or 0
    wanted = candidates(session, list_id, narrowing, now=now).add_columns(Subscriber.email, Subscriber.silent_since)
    people = [(state, email, silent is not None) for _, state, email, silent in session.execute(wanted)]
    blocked = blocks(session, [email for _, email, _ in people], ring=ring, now=now)
    nothing, kind = frozenset[str](), MailingKind.CAMPAIGN
    verdicts = Counter(
        _verdict(state, is_blocked(blocked.get(email, nothing), kind, list_id), silent, now) for state, email, silent in people
    )
    will_get = verdicts.pop("", 0)
    confirmed = sum(1 for state, _, _ in people if state == SubscriptionState.CONFIRMED)
    return Reach(total, total - confirmed, will_get, dict(verdicts))


def _verdict(state: str, suppressed_now: bool, silent: bool, now: datetime) -> str:
    """The reason for which this person would be left out, or nothing."""
    facts = Facts(MailingKind.CAMPAIGN, MailingState.OPEN, None, True, state, True, suppressed_now, silent)
    verdict = may_go(facts, now=now)
    return "" if verdict.answer == Answer.GO or verdict.reason is None else verdict.reason.value
