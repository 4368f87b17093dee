"""All that the pages about one campaign show, read at once; compiling comes after, with no transaction open."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mailflow.audience.models import Brand, List
from mailflow.audience.queries import brand, lists
from mailflow.campaigns.kept import copy_now, kept_copy, scheduled_source
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import compiled_of
from mailflow.campaigns.reach import Reach, reach, reach_of
from mailflow.campaigns.words import CampaignState
from mailflow.content.models import Newsletter
from mailflow.content.personalise import Personaliser
from mailflow.content.preview import sample_facts
from mailflow.content.queries import newsletters
from mailflow.content.sources import letter_of
from mailflow.content.words import Compiled, Source
from mailflow.segments.models import Segment
from mailflow.segments.queries import segments
from mailflow.studio.pages.campaigns.routes import found
from mailflow.studio.pages.newsletters.proofs import Proof, proof, proof_of, proof_of_kept, shop_facts
from mailflow.studio.surroundings import current_database, current_instant, current_ring

_TO_COME = (CampaignState.DRAFT, CampaignState.SCHEDULED, CampaignState.HELD)
"""Only before it goes does anybody ask whom it would reach; afterwards everybody has a row."""


@dataclass(frozen=True)
class Sheet:
    """One campaign with what it points at. Once scheduled, ``proof`` is of its mail as it was scheduled or sent.

    ``reach`` is whom it would reach, where nothing has left yet.
    """

    campaign: Campaign
    list: List | None
    segment: Segment | None
    newsletter: Newsletter | None
    brand: Brand | None
    reach: Reach | None
    proof: Proof | None
    counted_at: datetime
    seen: str
    """A mark of everything that a confirmation is about: another mark means that something was changed since."""
    changed: bool
    """Whether the newsletter is another by now than the one that was scheduled."""

    @property
    def complete(self) -> bool:
        """Whether everything is chosen and the newsletter may go."""
        return self.list is not None and self.proof is not None and self.proof.can_go

    @property
    def compiled(self) -> Compiled | None:
        """The mail, where it is one."""
        return self.proof.compiled if self.proof else None

    @property
    def subject(self) -> str:
        """The subject as a sample reader gets it; as it was typed where the newsletter is no mail yet."""
        if self.compiled is None:
            return self.newsletter.subject if self.newsletter else ""
        return Personaliser(self.compiled).render(sample_facts(self.compiled.language)).subject


def sheet_of(campaign_id: int) -> Sheet:
    """Read a campaign, count whom it reaches, and compile its newsletter unless that was done for good."""
    now = current_instant()
    with current_database().read() as session:
        campaign = found(session, campaign_id)
        newsletter = session.get(Newsletter, campaign.newsletter_id) if campaign.newsletter_id else None
        chosen = session.get(List, campaign.list_id) if campaign.list_id else None
        segment = session.get(Segment, campaign.segment_id) if campaign.segment_id else None
        signs = brand(session, chosen.brand_id if chosen else None)
        asked = chosen is not None and campaign.state in _TO_COME
        counted = reach_of(session, campaign, now=now, ring=current_ring()) if asked else None
        shop = shop_facts(session, chosen.brand_id if chosen else None)
        made, source = compiled_of(session, campaign), scheduled_source(session, campaign, brand=shop)
        mark, changed = mark_of(session, campaign), _changed(session, campaign, newsletter)
    its = _proof(made, source, newsletter, shop)
    return Sheet(campaign, chosen, segment, newsletter, signs, counted, its, now, mark, changed)


def mark_of(session: Session, campaign: Campaign) -> str:
    """The mark of what a confirmation is about, as it stands in this transaction."""
    facts = (campaign.list_id, campaign.segment_id, campaign.newsletter_id, campaign.wall_time, campaign.zone)
    about: Mapping[str, Any] = {"facts": facts, "copy": copy_now(session, campaign)}
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:24]


def _changed(session: Session, campaign: Campaign, newsletter: Newsletter | None) -> bool:
    """Whether the newsletter was changed after it was scheduled, or where no copy tells, after it began to go."""
    copy = kept_copy(session, campaign)
    if newsletter is None or (copy is None and campaign.started_at is None):
        return False
    if copy is None:
        return campaign.started_at is not None and newsletter.changed_at > campaign.started_at
    return bool(copy["letter"] != letter_of(newsletter))


def _proof(made: Compiled | None, source: Source | None, newsletter: Newsletter | None, shop: dict[str, str]) -> Proof | None:
    if made is not None:
        return proof_of_kept(made, shop)
    if source is not None:
        return proof(source, shop)
    return proof_of(newsletter, shop) if newsletter else None


def count(session: Session, list_id: int | None, segment_id: int | None, *, now: datetime) -> Reach | None:
    """Whom a choice of list and segment reaches; None while no list is chosen."""
    return reach(session, list_id, segment_id, now=now, ring=current_ring()) if list_id else None


@dataclass(frozen=True)
class Shelf:
    """What can be chosen: lists, segments, newsletters."""

    lists: list[List]
    segments: list[Segment]
    newsletters: list[Newsletter]


def shelf(session: Session) -> Shelf:
    """Everything that a campaign's form offers."""
    return Shelf(lists(session), segments(session), newsletters(session))
