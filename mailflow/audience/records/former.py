"""Finding people by an address they had before: no file and no program brings back who left under another.

The mailbox may be somebody else's by now, so it makes nobody hers: what a form, a file or an order says under it is not said of her.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.audience.records.models import FormerAddress
from mailflow.foundation.among import among


def person_of(session: Session, email: str) -> Subscriber | None:
    """Whose address this is, however it is spelled; of nobody now, the last one who had it."""
    present = session.scalar(select(Subscriber).where(Subscriber.email_key == email.lower()))
    # Asked in any case, so that the time taken tells little.
    newest = select(FormerAddress.subscriber_id).where(FormerAddress.email_key == email.lower()).order_by(FormerAddress.id.desc()).limit(1)
    former = session.scalar(newest)
    return present or (session.get(Subscriber, former) if former is not None else None)


def owners(session: Session, keys: Collection[str]) -> dict[str, tuple[int, str]]:
    """Who last had these addresses, in lower case, and the one she has now, in lower case too."""
    had = (
        select(FormerAddress.email_key, Subscriber.id, Subscriber.email_key)
        .join(Subscriber, Subscriber.id == FormerAddress.subscriber_id)
        .where(among(FormerAddress.email_key, keys))
        .order_by(FormerAddress.id)
    )
    return {key: (person, present) for key, person, present in session.execute(had)}
