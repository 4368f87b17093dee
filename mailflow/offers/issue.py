"""Giving a person her code: the same one for ever."""

import secrets
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.foundation.clock import resolve_wall_time
from mailflow.offers.models import Code, Offer
from mailflow.offers.queries import code_of
from mailflow.offers.rules import ALPHABET, TAIL, prefix

_TRIES = 5
_LAST_SECOND = time(23, 59, 59)


def issue_code(session: Session, offer: Offer, subscriber_id: int, *, now: datetime, zone: str, first_name: str = "") -> Code:
    """The person's code of this offer, made if she has none yet of any form of it; it ends with the last of its days in ``zone``."""
    for _ in range(_TRIES):
        given = code_of(session, offer.id, subscriber_id)
        if given is not None:
            return given
        code = Code(
            offer_id=offer.id,
            subscriber_id=subscriber_id,
            text=f"{prefix(first_name, offer.name)}-{_tail()}",
            issued_at=now,
            ends_at=_end(now, offer.days, zone),
        )
        if _kept(session, code):
            ledger.note(session, Kind.CODE_ISSUED, subscriber_id, now=now, detail={"code": code.id, "offer": offer.id})
            return code
    message = f"no free code found for offer {offer.id}"
    raise RuntimeError(message)


def _kept(session: Session, code: Code) -> bool:
    """False when the text is taken, or another process was faster with this person."""
    try:
        with session.begin_nested():
            session.add(code)
    except IntegrityError:
        return False
    return True


def _tail() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(TAIL))


def _end(now: datetime, days: int, zone: str) -> datetime:
    last_day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return resolve_wall_time(datetime.combine(last_day, _LAST_SECOND), zone)
