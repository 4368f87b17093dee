"""Offers: what they brought, and looking one code up for a customer who asks."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.foundation.language import pick
from mailflow.offers import queries
from mailflow.offers.models import Code, Offer
from mailflow.offers.rules import LONGEST_CODE
from mailflow.studio.language import current_language
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

blueprint = Blueprint("offers", __name__, url_prefix="/offers")


@dataclass(frozen=True)
class CodeSheet:
    """A code that was looked up, with whose it is and what it promises."""

    code: Code
    offer: Offer
    person: Subscriber | None

    @property
    def state(self) -> str:
        """One of "used", "ended" and "good"."""
        if self.code.redeemed_at:
            return "used"
        return "ended" if self.code.ends_at < current_instant() else "good"


@blueprint.get("/")
@staff
def index() -> str:
    """All offers; with ?code= also what is known of that code."""
    wanted = request.args.get("code", "").strip()[: 2 * LONGEST_CODE]
    with current_database().read() as session:
        offers = [(offer, queries.results(session, offer)) for offer in queries.offers(session)]
        found = _look_up(session, wanted) if wanted else None
    return render_template("studio/offers/index.html", offers=offers, wanted=wanted, found=found, said=_said)


def _look_up(session: Session, wanted: str) -> CodeSheet | None:
    code = queries.code_written(session, wanted)
    if code is None:
        return None
    return CodeSheet(code, session.get_one(Offer, code.offer_id), session.get(Subscriber, code.subscriber_id))


def _said(texts: dict[str, str]) -> str:
    return pick(texts, current_language())
