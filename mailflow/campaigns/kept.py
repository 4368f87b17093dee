"""What was scheduled is what goes out: the newsletter and the segment as they stood then, kept beside the campaign."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Brand
from mailflow.campaigns.models import Campaign
from mailflow.content.models import Newsletter
from mailflow.content.sources import brand_facts, letter_of, letter_source, source_of
from mailflow.content.words import Source
from mailflow.outbox.models import Mailing
from mailflow.outbox.words import MailingKind
from mailflow.segments.catalogue import catalogue
from mailflow.segments.models import Segment
from mailflow.segments.queries import named_in
from mailflow.segments.words import Saved

Copy = Mapping[str, Any]


@dataclass(frozen=True)
class Narrowing:
    """A segment's conditions, and those of the segments that they name."""

    tree: Mapping[str, Any]
    segments: Mapping[int, Saved]


def copy_now(session: Session, campaign: Campaign) -> dict[str, Any]:
    """What a campaign would send to whom, as it stands now, in plain values; later changes do not reach it."""
    letter = session.get(Newsletter, campaign.newsletter_id) if campaign.newsletter_id else None
    narrowing = narrowing_now(session, campaign.segment_id)
    named = narrowing.segments.values() if narrowing else ()
    return {
        "letter": letter_of(letter) if letter else None,
        "tree": dict(narrowing.tree) if narrowing else None,
        "segments": [{"id": one.id, "name": dict(one.name), "tree": dict(one.tree)} for one in named],
    }


def kept_copy(session: Session, campaign: Campaign) -> Copy | None:
    """The copy made when the campaign was scheduled; None for a draft."""
    return session.scalar(select(Campaign.kept).where(Campaign.id == campaign.id))


def narrowing_now(session: Session, segment_id: int | None) -> Narrowing | None:
    """The segment as it is now; None for everybody in the list."""
    if segment_id is None:
        return None
    names = catalogue(session).segments
    tree, found = session.get_one(Segment, segment_id).tree, dict[int, Saved]()
    waiting = list(named_in(tree))
    while waiting:
        number = waiting.pop()
        if number in names and number not in found:
            found[number] = names[number]
            waiting += named_in(names[number].tree)
    return Narrowing(tree, found)


def narrowing_of(session: Session, campaign: Campaign) -> Narrowing | None:
    """The campaign's segment: as it was scheduled, else as it is now."""
    copy = kept_copy(session, campaign)
    if copy is None:
        return narrowing_now(session, campaign.segment_id)
    named = {one["id"]: Saved(one["id"], one["name"], one["tree"]) for one in copy["segments"]}
    return Narrowing(copy["tree"], named) if copy["tree"] is not None else None


def language_of(session: Session, campaign: Campaign) -> str:
    """The language of the campaign's mail: as it was scheduled, else as it is now."""
    letter = (kept_copy(session, campaign) or {}).get("letter")
    return str(letter["language"]) if letter else session.get_one(Newsletter, campaign.newsletter_id).language


def scheduled_source(session: Session, campaign: Campaign, *, brand: dict[str, str]) -> Source | None:
    """The source of the campaign's mail as it was scheduled; None where no copy is kept."""
    letter = (kept_copy(session, campaign) or {}).get("letter")
    return letter_source(letter, brand=brand) if letter else None


def mailing_source(session: Session, mailing: Mailing, language: str, *, public_url: str) -> Source:
    """What a mailing's mails are made from: a campaign's as it was scheduled, anything else as it is now."""
    if mailing.kind == MailingKind.CAMPAIGN and (campaign := session.get(Campaign, mailing.source_id)):
        facts = brand_facts(session.get_one(Brand, mailing.brand_id), public_url=public_url)
        if source := scheduled_source(session, campaign, brand=facts):
            return source
    return source_of(session, mailing, language, public_url=public_url)
