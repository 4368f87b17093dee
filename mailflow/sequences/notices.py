"""The mails that somebody asked for: to confirm a sign-up, or with the link to her preferences."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Brand, ConfirmationRequest
from mailflow.audience.queries import installation
from mailflow.foundation.language import pick
from mailflow.outbox.enqueue import Entry, enqueue
from mailflow.outbox.mailings import open_mailing
from mailflow.outbox.models import Mailing
from mailflow.outbox.words import MailingKind

READER = "notices"
LINES = 500

_TEMPLATES = {Kind.SIGNED_UP: "confirm", Kind.LINK_ASKED: "preferences_link"}
_NAMES: Mapping[str, Mapping[str, str]] = {
    "confirm": {"es": "Confirmación del alta", "en": "Confirmation of a sign-up"},
    "preferences_link": {"es": "Enlace a las preferencias", "en": "Link to one's preferences"},
}


def post_notices(session: Session, *, now: datetime) -> int:
    """One message for each request in the ledger that can still be used; how many. Read lines are marked in the same transaction."""
    lines = ledger.unread(session, READER, list(_TEMPLATES), limit=LINES)
    if not lines:
        return 0
    usable = _usable(session, [line.detail["request"] for line in lines], now)
    posted = 0
    for kind, template in _TEMPLATES.items():
        entries = [_entry(line) for line in lines if line.kind == kind and line.detail["request"] in usable]
        posted += enqueue(session, _mailing(session, template, now), entries, now=now, due_at=now) if entries else 0
    ledger.mark_read(session, READER, lines[-1].id)
    return posted


def _entry(line: Activity) -> Entry:
    request = line.detail["request"]
    return Entry(line.subscriber_id, occasion=request, context={"request_id": request})


def _usable(session: Session, requests: Sequence[int], now: datetime) -> set[int]:
    """Requests neither used nor expired: after a long stop nobody is asked to press a button that no longer works."""
    fresh = select(ConfirmationRequest.id).where(ConfirmationRequest.used_at.is_(None), ConfirmationRequest.expires_at > now)
    return set(session.scalars(fresh.where(ConfirmationRequest.id.in_(requests))))


def _mailing(session: Session, template: str, now: datetime) -> Mailing:
    return open_mailing(
        session,
        kind=MailingKind.NOTICE,
        source_id=0,
        template=template,
        name=pick(_NAMES[template], installation(session).language),
        brand_id=session.scalars(select(Brand.id).order_by(Brand.id).limit(1)).one(),  # a notice is of no list: the house signs it
        now=now,
    )
