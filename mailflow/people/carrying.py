"""Everything that bears a person's number, table by table: how it comes over to the record that stays.

A table with such a number that is named nowhere here makes a test fail.
"""

from typing import Any

from sqlalchemy import case, delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from mailflow.activity.models import Activity
from mailflow.audience.finding.models import SearchDue, SearchKey
from mailflow.audience.models import ConfirmationRequest, ConsentLine, ProfileValue, Subscription
from mailflow.audience.records.models import FormerAddress, FormerNumber, Note
from mailflow.offers.models import Code
from mailflow.outbox.models import Message
from mailflow.segments.models import Engagement, Purchase, SegmentMember
from mailflow.sequences.models import Enrolment
from mailflow.sequences.words import EnrolmentState
from mailflow.tracking.models import Order

MOVED: tuple[Any, ...] = (Activity, ConfirmationRequest, ConsentLine, Note, FormerAddress, FormerNumber, Order, Purchase)
"""Each row by itself: it gets the other number and nothing else."""
MADE_ANEW: tuple[Any, ...] = (Engagement, SearchKey, SearchDue)
"""Sums and words, which follow from the rest."""
JOINED: tuple[Any, ...] = (Subscription, ProfileValue, Code, Message, Enrolment, SegmentMember)
"""At most one row of a kind for each person: where both have one, somebody has decided."""


def carry_plain(session: Session, kept: int, gone: int) -> None:
    """Move what stands by itself, and drop what is made anew."""
    for model in MOVED:
        session.execute(_of(update(model), model, gone).values(subscriber_id=kept))
    for model in MADE_ANEW:
        session.execute(_of(delete(model), model, gone))
    session.execute(
        update(FormerNumber).where(FormerNumber.kind == "subscriber", FormerNumber.now == gone).values(now=kept).execution_options(**_QUIET)
    )
    session.add(FormerNumber(kind="subscriber", number=gone, subscriber_id=kept, now=kept))


def carry_codes(session: Session, kept: int, gone: int) -> None:
    """Every code goes on being good; a second one of an offer remembers whose it was."""
    twin = aliased(Code)
    taken = exists().where(twin.subscriber_id == kept, twin.offer_id == Code.offer_id, twin.former_key == Code.former_key)
    former = case((taken, gone), else_=Code.former_key)
    session.execute(_of(update(Code), Code, gone).values(subscriber_id=kept, former_key=former))


def carry_messages(session: Session, kept: int, gone: int) -> None:
    """All are hers; of two for one occasion, the second gets an occasion of its own, which is nobody else's."""
    twin = aliased(Message)
    taken = exists().where(twin.person_key == kept, twin.mailing_id == Message.mailing_id, twin.occasion == Message.occasion)
    occasion = case((taken, -Message.id), else_=Message.occasion)
    session.execute(
        update(Message).where(Message.person_key == gone).values(person_key=kept, occasion=occasion).execution_options(**_QUIET)
    )


def carry_members(session: Session, kept: int, gone: int) -> None:
    """Who was put into a segment by hand stays in it, once."""
    already = select(SegmentMember.segment_id).where(SegmentMember.subscriber_id == kept)
    session.execute(
        _of(update(SegmentMember), SegmentMember, gone).where(SegmentMember.segment_id.not_in(already)).values(subscriber_id=kept)
    )
    session.execute(_of(delete(SegmentMember), SegmentMember, gone))


def carry_enrolments(session: Session, kept: int, gone: int) -> list[dict[str, Any]]:
    """Of two ways through one sequence the further one goes on, so that no step is taken twice; the other is told of in the answer."""
    rows = session.scalars(select(Enrolment).where(Enrolment.subscriber_id.in_((kept, gone))).order_by(Enrolment.id)).all()
    best: dict[int, Enrolment] = {}
    for row in sorted(rows, key=_how_far):
        best[row.sequence_id] = row
    told = [_told(row) for row in rows if best[row.sequence_id] is not row]
    for row in rows:
        if best[row.sequence_id] is not row:
            session.delete(row)
    session.flush()
    session.execute(_of(update(Enrolment), Enrolment, gone).values(subscriber_id=kept))
    return told


def carry_values(session: Session, kept: int, gone: int, taken: set[int]) -> None:
    """What only the other record says comes over, and of the fields in ``taken`` its value instead of hers."""
    hers = select(ProfileValue.field_id).where(ProfileValue.subscriber_id == kept)
    replaced = select(ProfileValue.field_id).where(ProfileValue.subscriber_id == gone, ProfileValue.field_id.in_(taken))
    session.execute(_of(delete(ProfileValue), ProfileValue, kept).where(ProfileValue.field_id.in_(replaced)))
    session.execute(_of(update(ProfileValue), ProfileValue, gone).where(ProfileValue.field_id.not_in(hers)).values(subscriber_id=kept))
    session.execute(_of(delete(ProfileValue), ProfileValue, gone))


_QUIET = {"synchronize_session": False}


def _of(statement: Any, model: Any, person: int) -> Any:
    return statement.where(model.subscriber_id == person).execution_options(**_QUIET)


def _how_far(row: Enrolment) -> tuple[bool, int, int]:
    return (row.state != EnrolmentState.ACTIVE, row.position, -row.id)


def _told(row: Enrolment) -> dict[str, Any]:
    return {
        "sequence": row.sequence_id,
        "position": row.position,
        "state": row.state,
        "reason": row.reason,
        "entered_at": row.entered_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }
