"""The offer that comes with mailflow: something off the first purchase."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailflow.offers.models import Offer
from mailflow.offers.queries import offer_named
from mailflow.offers.words import OfferKind

FIRST_PURCHASE = "first-purchase"

_NAME = {"es": "Bienvenida y primera compra", "en": "Welcome and first purchase"}
_CONDITIONS = {
    "es": "Para tu primera compra, en pedidos desde 40 €. Un solo uso, solo para ti, hasta la fecha indicada. No se suma a otras ofertas.",
    "en": "For your first purchase, on orders from €40. Once, for you alone, until the date given. Not on top of other offers.",
}


def ensure_offer(session: Session, *, now: datetime) -> Offer:
    """The first-purchase offer in its newest form; made with 10 %, 40 euros and 14 days when there is none yet."""
    found = offer_named(session, FIRST_PURCHASE)
    if found is not None:
        return found
    terms = {"kind": OfferKind.PERCENT, "value": 10, "minimum": 4000, "days": 14}
    offer = Offer(slug=FIRST_PURCHASE, name=_NAME, conditions=_CONDITIONS, created_at=now, **terms)
    session.add(offer)
    session.flush()
    return offer
