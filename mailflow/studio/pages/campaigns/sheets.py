"""All that the pages about one campaign show, read at once; compiling comes after, with no transaction open."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.audience.models import Brand, List
from mailflow.audience.queries import brand, lists
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.reach import Reach, reach
from mailflow.content.models import Newsletter
from mailflow.content.personalise import Personaliser
from mailflow.content.preview import sample_facts
from mailflow.content.queries import newsletters
from mailflow.segments.models import Segment
from mailflow.segments.queries import segments
from mailflow.studio.pages.campaigns.routes import found
from mailflow.studio.pages.newsletters.proofs import Proof, proof_of, shop_facts
from mailflow.studio.surroundings import current_database, current_instant, current_ring


@dataclass(frozen=True)
class Sheet:
    """One campaign with what it points at."""

    campaign: Campaign
    list: List | None
    segment: Segment | None
    newsletter: Newsletter | None
    brand: Brand | None
    reach: Reach | None
    proof: Proof | None
    counted_at: datetime

    @property
    def complete(self) -> bool:
        """Whether everything is chosen and the newsletter may go."""
        return self.list is not None and self.proof is not None and self.proof.can_go

    @property
    def subject(self) -> str:
        """The subject as a sample reader gets it; as it was typed where the newsletter is no mail yet."""
        if self.newsletter is None or self.proof is None or self.proof.compiled is None:
            return self.newsletter.subject if self.newsletter else ""
        return Personaliser(self.proof.compiled).render(sample_facts(self.newsletter.language)).subject

    @property
    def seen(self) -> str:
        """A mark of everything that a confirmation is about: another mark means that something was changed since."""
        campaign, letter = self.campaign, self.newsletter
        facts = (campaign.list_id, campaign.segment_id, campaign.newsletter_id, campaign.wall_time, campaign.zone)
        return hashlib.sha256(repr((facts, letter and letter.changed_at)).encode()).hexdigest()[:24]


def sheet_of(campaign_id: int) -> Sheet:
    """Read a campaign, count whom it reaches, and compile its newsletter."""
    now = current_instant()
    with current_database().read() as session:
        campaign = found(session, campaign_id)
        newsletter = session.get(Newsletter, campaign.newsletter_id) if campaign.newsletter_id else None
        chosen = session.get(List, campaign.list_id) if campaign.list_id else None
        segment = session.get(Segment, campaign.segment_id) if campaign.segment_id else None
        signs = brand(session, chosen.brand_id if chosen else None)
        counted = count(session, campaign.list_id, campaign.segment_id, now=now)
        shop = shop_facts(session, chosen.brand_id if chosen else None)
    proof = proof_of(newsletter, shop) if newsletter else None
    return Sheet(campaign, chosen, segment, newsletter, signs, counted, proof, now)


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
