"""Reads over offers and codes."""

from collections.abc import Sequence

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.offers.models import Code, Offer
from mailflow.offers.rules import family, family_pattern, normalise
from mailflow.offers.words import Results


def code(session: Session, code_id: int) -> Code | None:
    """The code with this id."""
    return session.get(Code, code_id)


def codes_of(session: Session, offer_id: int, subscriber_ids: Sequence[int]) -> dict[int, Code]:
    """Each person's code of this offer or of another form of it; people without one are left out."""
    offer = session.get(Offer, offer_id)
    if offer is None:
        return {}
    held = select(Code).where(Code.offer_id.in_(_forms(offer)), Code.subscriber_id.in_(subscriber_ids)).order_by(Code.id.desc())
    return {each.subscriber_id: each for each in session.scalars(held)}


def code_written(session: Session, text: str) -> Code | None:
    """The code that somebody typed or pasted, however carelessly."""
    return session.scalar(select(Code).where(Code.text == normalise(text)))


def offer_named(session: Session, slug: str) -> Offer | None:
    """The newest form of the offer with this slug."""
    return session.scalar(_family(slug).order_by(Offer.id.desc()).limit(1))


def offers(session: Session) -> list[Offer]:
    """Every offer in its newest form, newest first."""
    newest: dict[str, Offer] = {}
    for offer in session.scalars(select(Offer).order_by(Offer.id.desc())):
        newest.setdefault(family(offer.slug), offer)
    return list(newest.values())


def forms(session: Session, offer: Offer) -> list[int]:
    """The ids of all forms of an offer, its own among them."""
    return list(session.scalars(_forms(offer)))


def results(session: Session, offer: Offer) -> Results:
    """What the codes of all forms of an offer brought, by the ledger: erasing a person changes no sum."""
    kinds = (Kind.CODE_ISSUED, Kind.CODE_REDEEMED)
    ids = forms(session, offer)
    rows = session.execute(
        select(Activity.kind, func.count(), func.coalesce(func.sum(Activity.amount), 0))
        .where(Activity.kind.in_(kinds), Activity.detail["offer"].as_integer().in_(ids))
        .group_by(Activity.kind)
    )
    found = {kind: (number, cents) for kind, number, cents in rows}
    issued, redeemed = (found.get(kind, (0, 0)) for kind in kinds)
    return Results(issued[0], redeemed[0], redeemed[1] or 0)


def _family(slug: str) -> Select[Offer]:
    return select(Offer).where(or_(Offer.slug == family(slug), Offer.slug.like(family_pattern(slug))))


def _forms(offer: Offer) -> Select[int]:
    return _family(offer.slug).with_only_columns(Offer.id)
