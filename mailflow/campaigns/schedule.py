"""Setting a campaign's hour: a wall time in a zone, and the UTC instant it means."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
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
_WAITING = (CampaignState.SCHEDULED, CampaignState.HELD)


@dataclass(frozen=True)
class Scheduled:
    """What became of it: "scheduled", "incomplete", "past", "no-such-zone", "not-a-draft" or "moved-on"."""

    reason: str
    due_at: datetime | None = None


def schedule(session: Session, campaign: Campaign, *, wall: datetime | None, zone: str, now: datetime) -> Scheduled:
    """Make it due at a naive wall time in a zone, or at once when ``wall`` is None.

    Newsletter and segment are kept as they stand now: what is scheduled is what goes out.
    """
    if campaign.list_id is None or campaign.newsletter_id is None:
        return Scheduled("incomplete")
    hour = _hour(wall, zone, now)
    if isinstance(hour, Scheduled):
        return hour
    moved = move(session, campaign, (CampaignState.DRAFT,), CampaignState.SCHEDULED, kept=copy_now(session, campaign), **hour)
    return Scheduled("scheduled", hour["due_at"]) if moved else Scheduled("not-a-draft")


def choose_again(session: Session, campaign: Campaign, *, wall: datetime, zone: str, now: datetime) -> Scheduled:
    """Give a scheduled or held campaign of which nothing has left another hour; it goes out as it was scheduled first."""
    hour = _hour(wall, zone, now)
    if isinstance(hour, Scheduled):
        return hour
    moved = not _has_people(session, campaign) and move(session, campaign, _WAITING, CampaignState.SCHEDULED, **hour)
    return Scheduled("scheduled", hour["due_at"]) if moved else Scheduled("moved-on")


def _hour(wall: datetime | None, zone: str, now: datetime) -> dict[str, Any] | Scheduled:
    """What is kept of an hour, or why it cannot be."""
    by = zone_data()
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return Scheduled("no-such-zone")
    due_at = resolve_wall_time(wall, zone) if wall else now
    if due_at < now - _SLACK:
        return Scheduled("past")
    shown = _shown(wall or now.astimezone(place).replace(tzinfo=None))
    facts = {"wall_time": shown, "zone": zone, "due_at": due_at, "zone_data": by if wall else None}
    return facts | {"moved_from": None, "reason": None}


def leave_now(session: Session, campaign: Campaign, *, now: datetime) -> bool:
    """Let a scheduled or held campaign leave at once, as it was scheduled; False when it is neither."""
    shown = _shown(now.astimezone(ZoneInfo(campaign.zone or "UTC")).replace(tzinfo=None))
    at_once = {"wall_time": shown, "due_at": now, "zone_data": None, "moved_from": None}
    return move(session, campaign, _WAITING, CampaignState.SCHEDULED, reason=None, **at_once)


def unschedule(session: Session, campaign: Campaign) -> bool:
    """Back to a draft; False when it has begun already. What was kept and made ready is thrown away."""
    mailing_id = campaign.mailing_id
    if _has_people(session, campaign):
        return False
    empty = dict.fromkeys(("due_at", "zone_data", "moved_from", "reason", "mailing_id", "kept", "rehearsed"))
    if not move(session, campaign, _WAITING, CampaignState.DRAFT, **empty):
        return False
    if mailing_id is not None:
        for table, column in ((Compilation, Compilation.mailing_id), (Link, Link.mailing_id), (Mailing, Mailing.id)):
            session.execute(delete(table).where(column == mailing_id))
    return True


def _has_people(session: Session, campaign: Campaign) -> bool:
    some = select(Message.id).where(Message.mailing_id == campaign.mailing_id).limit(1)
    return campaign.mailing_id is not None and session.scalar(some) is not None


def _shown(wall: datetime) -> str:
    return wall.isoformat(timespec="minutes")
