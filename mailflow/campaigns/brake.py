"""Pausing a campaign by itself when its results would cost the good name of the domain it is sent from."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.campaigns.control import pause
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.rules import Results, brake_for
from mailflow.campaigns.words import Brake


def lately(campaign: Campaign, results: Results) -> Results:
    """Of its results those since a person last let it go on: what was known when it was braked never counts again."""
    return results.since(Results(**campaign.braked["known"])) if campaign.braked else results


def brake(session: Session, campaign: Campaign, results: Results, *, now: datetime) -> Brake | None:
    """Pause it if its results since a person last let it go on ask for that; why, or None."""
    new = lately(campaign, results)
    why = brake_for(new)
    if why is None or not pause(session, campaign, now=now):
        return None
    counts = {Brake.COMPLAINTS: new.complaints, Brake.HARD_BOUNCES: new.hard, Brake.POLICY_BLOCKS: new.policy}
    campaign.reason = why  # kept until somebody lets it go on
    campaign.braked = {"why": why, "count": counts[why], "settled": new.settled, "at": now.isoformat(), "known": results._asdict()}
    session.flush()
    return why
