"""New settings for a sequence: its days, and the terms of its offer."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.offers.change import change_offer, terms_of
from mailflow.offers.models import Offer
from mailflow.offers.rules import faults
from mailflow.offers.words import Terms
from mailflow.sequences.models import Sequence, Step
from mailflow.sequences.rules import LIMITS, day_faults


def change_sequence(session: Session, sequence: Sequence, *, days: Mapping[str, int], terms: Terms | None, now: datetime) -> list[str]:
    """Put days (by their setting's name) and terms in force, or none of them: then the names of what is wrong,
    those of the terms beginning with "offer_".

    Whoever waits already keeps the end of her wait, and whoever has a code keeps its terms.
    """
    offer = session.get(Offer, sequence.offer_id) if sequence.offer_id else None
    wanted = {key: value for key, value in days.items() if key in days_of(session, sequence)}
    wrong = [f"offer_{fault}" for fault in faults(offer.kind, terms)] if offer and terms else []
    code_days = terms.days if terms else offer.days if offer else None
    wrong += day_faults(wanted, code_days=None if "offer_days" in wrong else code_days)
    if wrong:
        return wrong
    if offer and terms:
        sequence.offer_id = change_offer(session, offer, terms, now=now).offer.id
    _set_days(session, sequence, wanted)
    return []


def days_of(session: Session, sequence: Sequence) -> dict[str, int]:
    """The days that can be set, by name: "quiet_days", "before_code_ends_days", "days"."""
    found = dict(sequence.settings)
    for step in _steps(session, sequence):
        found.update(step.settings)
    return {key: value for key, value in found.items() if key in LIMITS}


def terms(session: Session, sequence: Sequence) -> Terms | None:
    """The terms of the sequence's offer; None when it has none."""
    offer = session.get(Offer, sequence.offer_id) if sequence.offer_id else None
    return terms_of(offer) if offer else None


def _set_days(session: Session, sequence: Sequence, days: Mapping[str, int]) -> None:
    sequence.settings = sequence.settings | {key: value for key, value in days.items() if key in sequence.settings}
    for step in _steps(session, sequence):
        step.settings = step.settings | {key: value for key, value in days.items() if key in step.settings}
    session.flush()


def _steps(session: Session, sequence: Sequence) -> list[Step]:
    return list(session.scalars(select(Step).where(Step.sequence_id == sequence.id).order_by(Step.position)))
