"""Setting a campaign's hour: a wall time in a zone, and the UTC instant it means."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailflow.campaigns.kept import copy_now
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.transition import move
from mailflow.campaigns.words import CampaignState
from mailflow.content.models import Compilation
from mailflow.foundation.clock import resolve_wall_time
from mailflow.foundation.zones import zone_data
from mailflow.outbox.models import Link, Mailing, Message

_SLACK = timedelta(minutes=2)
"""A minute chosen a moment ago in a form is not in the past."""


@dataclass(frozen=True)
class Scheduled:
    """What became of it: "scheduled", "incomplete", "past", "no-such-zone" or "not-a-draft"."""

    reason: str
    due_at: datetime | None = None


def schedule(session: Session, campaign: Campaign, *, wall: datetime | None, zone: str, now: datetime) -> Scheduled:
    """Make it due at a naive wall time in a zone, or at once when ``wall`` is None.

    Newsletter and segment are kept as they stand now: what is scheduled is what goes out.
    """
    if campaign.list_id is None or campaign.newsletter_id is None:
        return Scheduled("incomplete")
    by = zone_data()
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return Scheduled("no-such-zone")
    due_at = resolve_wall_time(wall, zone) if wall else now
    if due_at < now - _SLACK:
        return Scheduled("past")
    shown = _shown(wall or now.astimezone(place).replace(tzinfo=None))
    facts = {"wall_time": shown, "zone": zone, "due_at": due_at, "zone_data": by if wall else None, "reason": None}
    moved = move(session, campaign, (CampaignState.DRAFT,), CampaignState.SCHEDULED, kept=copy_now(session, campaign), **facts)
    return Scheduled("scheduled", due_at) if moved else Scheduled("not-a-draft")


def leave_now(session: Session, campaign: Campaign, *, now: datetime) -> bool:
    """Let a scheduled or held campaign leave at once, as it was scheduled; False when it is neither."""
    shown = _shown(now.astimezone(ZoneInfo(campaign.zone or "UTC")).replace(tzinfo=None))
    waiting = (CampaignState.SCHEDULED, CampaignState.HELD)
    at_once = {"wall_time": shown, "due_at": now, "zone_data": None, "moved_from": None}
    return move(session, campaign, waiting, CampaignState.SCHEDULED, reason=None, **at_once)


def unschedule(session: Session, campaign: Campaign) -> bool:
    """Back to a draft; False when it has begun already. What was kept and made ready is thrown away."""
    mailing_id = campaign.mailing_id
    if mailing_id is not None and session.scalar(select(Message.id).where(Message.mailing_id == mailing_id).limit(1)) is not None:
        return False
    waiting = (CampaignState.SCHEDULED, CampaignState.HELD)
    empty = dict.fromkeys(("due_at", "zone_data", "moved_from", "reason", "mailing_id", "kept", "rehearsed"))
    if not move(session, campaign, waiting, CampaignState.DRAFT, **empty):
        return False
    if mailing_id is not None:
        for table, column in ((Compilation, Compilation.mailing_id), (Link, Link.mailing_id), (Mailing, Mailing.id)):
            session.execute(delete(table).where(column == mailing_id))
    return True


def _shown(wall: datetime) -> str:
    return wall.isoformat(timespec="minutes")
