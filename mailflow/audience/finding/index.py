"""Writing down the words that people are found by: at once for one, soon for many."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from mailflow.audience.finding.keys import keys_of
from mailflow.audience.finding.models import SearchDue, SearchKey
from mailflow.audience.models import Field, ProfileValue, Subscriber
from mailflow.audience.records.models import FormerAddress
from mailflow.audience.words import FieldKind
from mailflow.foundation.among import among
from mailflow.foundation.upsert import insert_many, insert_new

NAME_FIELDS = ("first_name", "last_name", "company")
"""What people are found by, with their addresses and telephones."""
SLICE = 500
"""People whose words are written in one transaction, within 50 ms."""


def index_people(session: Session, subscriber_ids: Collection[int]) -> None:
    """Write these people's words anew, so that they are found at once."""
    people = dict(session.execute(select(Subscriber.id, Subscriber.email).where(among(Subscriber.id, subscriber_ids))).all())
    emails = {person: [email] for person, email in people.items()}
    names: dict[int, list[str]] = {person: [] for person in people}
    telephones: dict[int, list[str]] = {person: [] for person in people}
    said = (
        select(ProfileValue.subscriber_id, Field.kind, ProfileValue.text)
        .join(Field, Field.id == ProfileValue.field_id)
        .where(among(ProfileValue.subscriber_id, list(people)), or_(Field.key.in_(NAME_FIELDS), Field.kind == FieldKind.TELEPHONE))
    )
    for person, kind, text in session.execute(said) if people else ():
        if kind != FieldKind.TELEPHONE:
            names[person].append(text or "")
        elif (text or "").startswith("+"):
            telephones[person].append(text or "")
    former = select(FormerAddress.subscriber_id, FormerAddress.email_key).where(among(FormerAddress.subscriber_id, list(people)))
    for person, email in session.execute(former) if people else ():
        emails[person].append(email)
    session.execute(delete(SearchKey).where(among(SearchKey.subscriber_id, subscriber_ids)).execution_options(synchronize_session=False))
    pairs = sorted((word, person) for person in people for word in keys_of(emails[person], names[person], telephones[person]))
    insert_new(session, SearchKey, [{"word": word, "subscriber_id": person} for word, person in pairs])


def index_later(session: Session, subscriber_ids: Sequence[int]) -> None:
    """Have these people's words written soon: for whoever changes many at once."""
    insert_many(session, SearchDue, ("subscriber_id",), [[person] for person in subscriber_ids])


def anybody_due(session: Session) -> bool:
    """Whether there is anybody to be written."""
    return session.scalar(select(SearchDue.subscriber_id).limit(1)) is not None


def index_due(session: Session, *, limit: int = SLICE) -> int:
    """Write the words of the next people who are due; how many were."""
    people = list(session.scalars(select(SearchDue.subscriber_id).order_by(SearchDue.subscriber_id).limit(limit)))
    if people:
        index_people(session, people)
        session.execute(delete(SearchDue).where(among(SearchDue.subscriber_id, people)).execution_options(synchronize_session=False))
    return len(people)
