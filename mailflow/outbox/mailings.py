"""Opening a mailing: what messages hang on."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.outbox.models import Mailing
from mailflow.outbox.words import Lane, MailingKind, MailingState, Policy

_LANES = {
    MailingKind.NOTICE: Lane.NOTICE,
    MailingKind.TEST: Lane.NOTICE,
    MailingKind.STEP: Lane.SEQUENCE,
    MailingKind.CAMPAIGN: Lane.CAMPAIGN,
}
_POLICIES = {
    MailingKind.NOTICE: Policy.RESEND,
    MailingKind.TEST: Policy.RESEND,
    MailingKind.STEP: Policy.HOLD,
    MailingKind.CAMPAIGN: Policy.HOLD,
}


def open_mailing(  # noqa: PLR0913  # the facts of a mailing, each by name
    session: Session,
    *,
    kind: MailingKind,
    source_id: int,
    name: str,
    brand_id: int,
    now: datetime,
    template: str = "",
    newsletter_id: int | None = None,
    language: str | None = None,
    list_id: int | None = None,
    lane: Lane | None = None,
    policy: Policy | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Mailing:
    """The mailing of this kind, source and template, made if it is not there yet; lane and policy follow the kind unless given."""
    same = (Mailing.kind == kind) & (Mailing.source_id == source_id) & (Mailing.template == template)
    found = session.scalar(select(Mailing).where(same))
    if found is not None:
        return found
    mailing = Mailing(
        kind=kind,
        source_id=source_id,
        template=template,
        newsletter_id=newsletter_id,
        name=name,
        language=language,
        list_id=list_id,
        brand_id=brand_id,
        lane=_LANES[kind] if lane is None else lane,
        policy=policy or _POLICIES[kind],
        state=MailingState.OPEN,
        created_at=now,
        due_at=due_at or now,
        expires_at=expires_at,
    )
    session.add(mailing)
    session.flush()
    return mailing
