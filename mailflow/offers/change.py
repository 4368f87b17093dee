"""New terms for an offer, which never touch a promise already given."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.offers.models import Code, Offer
from mailflow.offers.queries import forms
from mailflow.offers.rules import faults, next_form
from mailflow.offers.words import Terms, TermsFault


@dataclass(frozen=True)
class Changed:
    """The offer to use from now on, or what is wrong with the terms."""

    offer: Offer
    faults: tuple[TermsFault, ...] = ()


def change_offer(session: Session, offer: Offer, terms: Terms, *, now: datetime) -> Changed:
    """Put new terms in force; once somebody holds a code, as a new form of the offer, so that her mail stays true."""
    wanted = _tidy(terms)
    wrong = faults(offer.kind, wanted)
    if wrong or terms_of(offer) == wanted:
        return Changed(offer, tuple(wrong))
    target = _next_form(session, offer, now) if _given(session, offer) else offer
    target.value, target.minimum, target.days, target.conditions = wanted.value, wanted.minimum, wanted.days, dict(wanted.conditions)
    session.add(target)
    session.flush()
    return Changed(target)


def terms_of(offer: Offer) -> Terms:
    """The terms of an offer."""
    return Terms(offer.value, offer.minimum, offer.days, dict(offer.conditions))


def _tidy(terms: Terms) -> Terms:
    """Browsers end lines with CR and LF (HTML, form submission); kept is one LF, and no blanks around."""
    return replace(terms, conditions={language: text.replace("\r\n", "\n").strip() for language, text in terms.conditions.items()})


def _given(session: Session, offer: Offer) -> bool:
    return session.scalar(select(Code.id).where(Code.offer_id == offer.id).limit(1)) is not None


def _next_form(session: Session, offer: Offer, now: datetime) -> Offer:
    return Offer(slug=next_form(offer.slug, len(forms(session, offer))), kind=offer.kind, name=dict(offer.name), created_at=now)
