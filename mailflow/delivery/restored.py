"""Releasing a database that came back from a copy: what waits, what may have gone meanwhile, and letting it go on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.restored import going, overdue, stop_all
from mailflow.foundation.fence.keeper import known, release
from mailflow.outbox.models import Mailing
from mailflow.outbox.restored import doubt_some, maybe_gone
from mailflow.outbox.tally import tally


@dataclass(frozen=True)
class Waiting:
    """A campaign that was on its way when the copy was made, and how many had not got it then."""

    campaign: Campaign
    people: int


@dataclass(frozen=True)
class Held:
    """Why nothing leaves and what that concerns; ``copied_at`` is the last moment this database knows of."""

    why: str
    since: datetime | None
    copied_at: datetime | None
    going: list[Waiting]
    overdue: list[Campaign]
    steps: int
    """Messages of sequences that may have gone since."""


def held(session: Session, *, now: datetime) -> Held | None:
    """What a person should know before releasing it; None where nothing is held."""
    found = known(session)
    if found is None or not found.held:
        return None
    on_their_way = [Waiting(one, _open(session, one)) for one in going(session)]
    return Held(found.held, found.held_at, found.seen_at, on_their_way, overdue(session, now=now), maybe_gone(session, now=now))


def release_some(session: Session, *, now: datetime) -> bool:
    """The next step on the way out: messages in doubt slice by slice, then campaigns, then the fence; True once it is gone."""
    found = known(session)
    if found is None or not found.held:
        return True
    if doubt_some(session, now=now):
        return False
    stop_all(session, now=now)
    release(session)
    return True


def _open(session: Session, campaign: Campaign) -> int:
    mailing = session.scalar(select(Mailing).where(Mailing.id == campaign.mailing_id))
    return tally(session, mailing).open if mailing else 0
