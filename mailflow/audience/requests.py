"""Requests: the mails with a link that people ask for, each written down with a line for whoever posts it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience.models import ConfirmationRequest

LIFETIME = timedelta(days=7)


def open_request(
    session: Session, subscriber_id: int, list_ids: Sequence[int], *, language: str, held: dict[str, Any], now: datetime
) -> ConfirmationRequest:
    """Ask for a confirmation mail for these lists, or without lists for the link to the preferences."""
    request = ConfirmationRequest(
        subscriber_id=subscriber_id, list_ids=list(list_ids), language=language, asked_at=now, expires_at=now + LIFETIME, held=held
    )
    session.add(request)
    session.flush()
    ledger.note(session, Kind.SIGNED_UP if list_ids else Kind.LINK_ASKED, subscriber_id, now=now, detail={"request": request.id})
    return request
