"""An order that carries a code."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.offers.models import Code, Offer
from mailflow.offers.queries import code_written
from mailflow.offers.rules import judge
from mailflow.offers.words import Given, RedeemReason, Use


@dataclass(frozen=True)
class Redeemed:
    """What became of the code, and which one it was (None when unknown)."""

    reason: RedeemReason
    code: Code | None


def redeem(session: Session, code_text: str, *, subscriber_id: int | None, reference: str, amount: int, now: datetime) -> Redeemed:
    """Use up a code for the order with this reference; ``now`` is when it was ordered, ``amount`` its cents.

    The same reference again changes nothing and is told "redeemed" again.
    """
    code = code_written(session, code_text)
    reason = judge(_given(code, now), Use(subscriber_id, reference, amount, _minimum(session, code)))
    if code is None or reason != RedeemReason.REDEEMED or code.redeemed_at:
        return Redeemed(reason, code)
    if not _use_up(session, code, reference, now):
        return Redeemed(RedeemReason.ALREADY_USED, code)
    facts = {"code": code.id, "offer": code.offer_id}
    ledger.note(session, Kind.CODE_REDEEMED, code.subscriber_id, now=now, amount=amount, detail=facts)
    return Redeemed(reason, code)


def _given(code: Code | None, now: datetime) -> Given | None:
    if code is None:
        return None
    return Given(code.subscriber_id, expired=now > code.ends_at, used=code.redeemed_at is not None, order_reference=code.order_reference)


def _minimum(session: Session, code: Code | None) -> int:
    return 0 if code is None else session.scalar(select(Offer.minimum).where(Offer.id == code.offer_id)) or 0


def _use_up(session: Session, code: Code, reference: str, now: datetime) -> bool:
    """False when another process used it between our look and now."""
    taken = update(Code).where(Code.id == code.id, Code.redeemed_at.is_(None)).values(redeemed_at=now, order_reference=reference)
    won = session.execute(taken.returning(Code.id).execution_options(synchronize_session=False)).first() is not None
    session.refresh(code)
    return won
