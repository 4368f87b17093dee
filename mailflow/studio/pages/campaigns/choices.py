"""What a campaign's form says, checked against what exists."""

from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from mailflow.audience.models import List
from mailflow.campaigns.draft import change
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.plan import plan
from mailflow.content.filling import clean
from mailflow.content.models import Newsletter
from mailflow.segments.models import Segment
from mailflow.studio.company import company
from mailflow.studio.pages.campaigns.hours import read_hour, zones

LONGEST_NAME = 200
Form = MultiDict[str, str]


@dataclass(frozen=True)
class Choices:
    """One campaign as chosen in its form; ``problems`` by field."""

    name: str
    list_id: int | None
    segment_id: int | None
    newsletter_id: int | None
    wall: datetime | None
    zone: str
    problems: dict[str, str] = field(default_factory=dict)


def read(session: Session, form: Form, *, now: datetime) -> Choices:
    """The choices of a form; a number that is nothing's counts as not chosen."""
    problems: dict[str, str] = {}
    name = " ".join(clean(form.get("name")).split())[:LONGEST_NAME]
    if not name:
        problems["name"] = _("Give the campaign a name; only you see it.")
    wall = None
    if form.get("when") == "later":
        wall, fault = read_hour(form.get("day", ""), form.get("time", ""), now)
        if fault:
            problems["day"] = fault
    zone = form.get("zone", "")
    return Choices(
        name=name,
        list_id=known(session, List, form.get("list_id")),
        segment_id=known(session, Segment, form.get("segment_id")),
        newsletter_id=known(session, Newsletter, form.get("newsletter_id")),
        wall=wall,
        zone=zone if zone in zones() else company().zone,
        problems=problems,
    )


def keep(session: Session, campaign: Campaign, chosen: Choices) -> bool:
    """Keep what is sound; False once the campaign is no draft any more."""
    changed = change(
        session,
        campaign,
        name=chosen.name or campaign.name,
        list_id=chosen.list_id,
        segment_id=chosen.segment_id,
        newsletter_id=chosen.newsletter_id,
    )
    return changed and ("day" in chosen.problems or plan(session, campaign, wall=chosen.wall, zone=chosen.zone))


def known(session: Session, kind: type[List] | type[Segment] | type[Newsletter], text: str | None) -> int | None:
    """The number in ``text`` if something of that kind has it."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 12:
        return None
    return int(text) if session.get(kind, int(text)) else None
