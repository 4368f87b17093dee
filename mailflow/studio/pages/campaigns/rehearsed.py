"""Why a campaign was held before it left: what failed, for how many, and one reader for whom it did."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.models import Subscriber
from mailflow.audience.profile import values
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.rehearsal import REASON
from mailflow.foundation.language import pick
from mailflow.studio.language import current_language
from mailflow.studio.pages.subscribers.person import Said, said_of


@dataclass(frozen=True)
class Trouble:
    """``words`` say what is wrong in ``where``: subject, html or text; ``example`` is somebody for whom it fails, with her values
    that it asks for, if she is here still. None was ``tried`` where it could not be read at all."""

    tried: int
    failed: int
    words: str
    where: str
    example: Subscriber | None
    said: list[Said]


def trouble_of(session: Session, campaign: Campaign) -> Trouble | None:
    """What the rehearsal of a campaign showed that is held for it."""
    told = campaign.rehearsed
    if campaign.reason != REASON or not told or "fault" not in told:
        return None
    example = session.get(Subscriber, told["person"]) if told["person"] else None
    known = values(session, [example.id])[example.id] if example else {}
    asked = [field for field in fields(session) if field.key in told["fields"]]
    said = [said_of(field, known.get(field.key, "–")) for field in asked] if example else []
    return Trouble(told["tried"], told["failed"], pick(told["fault"], current_language()), told["where"], example, said)
