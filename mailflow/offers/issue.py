"""Giving people their codes: each the same one for ever."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.foundation.clock import resolve_wall_time
from mailflow.foundation.upsert import insert_new
from mailflow.offers.models import Code, Offer
from mailflow.offers.queries import codes_of
from mailflow.offers.rules import ALPHABET, TAIL, prefix

_TRIES = 5
_LAST_SECOND = time(23, 59, 59)


def issue_codes(session: Session, offer: Offer, names: Mapping[int, str], *, now: datetime, zone: str) -> dict[int, Code]:
    """The people's codes of this offer, given with their first names: made where one has none yet of any form of it.

    A code ends with the last of its days in ``zone``.
    """
    held = codes_of(session, offer.id, list(names))
    for _ in range(_TRIES):  # a text may be taken already; then another one is drawn
        missing = {person: _text(offer, name) for person, name in names.items() if person not in held}
        if not missing:
            return held
        _insert(session, offer, missing, now, zone)
        held = codes_of(session, offer.id, list(names))
        _note(session, (held[person] for person, text in missing.items() if person in held and held[person].text == text), now)
    message = f"no free code found for offer {offer.id}"
    raise RuntimeError(message)


def _text(offer: Offer, first_name: str) -> str:
    return f"{prefix(first_name, offer.name)}-{_tail()}"


def _tail() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(TAIL))


def _insert(session: Session, offer: Offer, texts: Mapping[int, str], now: datetime, zone: str) -> None:
    ends_at = _end(now, offer.days, zone)
    given = {"offer_id": offer.id, "issued_at": now, "ends_at": ends_at}
    insert_new(session, Code, [given | {"subscriber_id": person, "text": text} for person, text in texts.items()])


def _note(session: Session, new: Iterable[Code], now: datetime) -> None:
    rows = [
        {"at": now, "kind": Kind.CODE_ISSUED, "subscriber_id": code.subscriber_id, "detail": {"code": code.id, "offer": code.offer_id}}
        for code in new
    ]
    if rows:
        session.execute(insert(Activity), rows)  # one statement for all, where notes one by one would be a statement each


def _end(now: datetime, days: int, zone: str) -> datetime:
    last_day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return resolve_wall_time(datetime.combine(last_day, _LAST_SECOND), zone)
