"""What merging two records would do, said before anybody does it; the merge itself goes by the same plan."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from mailflow.activity.models import Activity
from mailflow.audience import profile
from mailflow.audience.memberships import subscriptions
from mailflow.audience.models import ConsentLine, Subscriber, Subscription, Suppression
from mailflow.audience.records.models import Note
from mailflow.audience.suppression import marks_of
from mailflow.audience.words import HERS_ALONE, Consent, SubscriptionState
from mailflow.foundation.among import among
from mailflow.foundation.ring import Ring
from mailflow.offers.models import Code
from mailflow.outbox.doubt import HOPELESS
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import MailingKind, State
from mailflow.people.rules import OF_THE_PERSON, OWN_WORD, Place, joint_state
from mailflow.people.words import Conflict, MergePlan, Standing
from mailflow.tracking.models import Order

_COUNTED = {"orders": Order, "codes": Code, "notes": Note, "consents": ConsentLine, "activity": Activity}
_GOES_BEFORE = {
    State.FAILED: 1, State.PENDING: 2, State.DEFERRED: 2, State.CLAIMED: 2, State.UNCERTAIN: 3, State.SENDING: 4, State.SENT: 4,
}  # fmt: skip
"""Of two that are the same mail, which one counts; one that was skipped, or never can go, is no second."""
_STOPPABLE = tuple(state for state, rank in _GOES_BEFORE.items() if rank < _GOES_BEFORE[State.SENDING])


def plan_merge(session: Session, kept: Subscriber, gone: Subscriber, *, ring: Ring) -> MergePlan:
    """What becomes of everything that two records hold, if ``kept`` stays."""
    hers = profile.values(session, [kept.id, gone.id])
    mine, others = hers[kept.id], hers[gone.id]
    counts = {name: _count(session, model, gone.id) for name, model in _COUNTED.items()}
    messages = session.scalar(select(func.count()).select_from(Message).where(Message.person_key == gone.id)) or 0
    return MergePlan(
        standings=standings(session, kept.id, gone.id),
        conflicts=tuple(Conflict(key, mine[key], others[key]) for key in mine if key in others and mine[key] != others[key]),
        gained={key: value for key, value in others.items() if key not in mine},
        counts={**counts, "messages": messages},
        withdrawn=len(superfluous(session, kept.id, gone.id)),
        suppressions=tuple(sorted({row.reason for row in burdens(session, kept.email, gone.email, ring=ring)})),
    )


def standings(session: Session, kept_id: int, gone_id: int) -> tuple[Standing, ...]:
    """Where both stand with each list that either of them knows, and where the one will."""
    kept, gone = subscriptions(session, kept_id), subscriptions(session, gone_id)
    found = []
    for list_id in sorted({*kept, *gone}):
        mine, other = _place(session, kept.get(list_id)), _place(session, gone.get(list_id))
        found.append(Standing(list_id, mine.state if mine else None, other.state if other else None, joint_state(mine, other)))
    return tuple(found)


def _place(session: Session, row: Subscription | None) -> Place | None:
    if row is None:
        return None
    agreed = select(func.max(ConsentLine.at)).where(
        ConsentLine.subscriber_id == row.subscriber_id,
        ConsentLine.purpose == Consent.NEWSLETTER,
        ConsentLine.list_id == row.list_id,
        ConsentLine.granted,
        ConsentLine.method.in_(OWN_WORD),
    )
    return Place(SubscriptionState(row.state), row.left_at, session.scalar(agreed))


def superfluous(session: Session, kept_id: int, gone_id: int) -> list[int]:
    """Messages that wait, or that somebody could send again, though the other record gets, or got, the same.

    Of two alike the kept record's stays.
    """
    other = aliased(Message)
    pairs = (
        select(Message.id, Message.person_key, Message.state, other.state)
        .join(other, other.mailing_id == Message.mailing_id)
        .join(Mailing, Mailing.id == Message.mailing_id)
        .where(
            Message.person_key.in_((kept_id, gone_id)),
            other.person_key.in_((kept_id, gone_id)),
            other.person_key != Message.person_key,
            Message.state.in_(_STOPPABLE),
            *(or_(one.state != State.FAILED, one.reason.is_(None), one.reason.not_in(HOPELESS)) for one in (Message, other)),
            Mailing.kind.in_((MailingKind.CAMPAIGN, MailingKind.STEP)),
        )
    )
    return sorted({number for number, person, state, others in session.execute(pairs) if _is_second(person == gone_id, state, others)})


def _is_second(of_the_gone: bool, state: str, other_state: str) -> bool:
    mine, others = _GOES_BEFORE[State(state)], _GOES_BEFORE.get(State(other_state), 0)
    return others > mine or (of_the_gone and others == mine)


def burdens(session: Session, kept_email: str, gone_email: str, *, ring: Ring) -> Sequence[Suppression]:
    """Blocks of one address that are its person's own doing, under whatever mark, and that nothing as strong of the other one covers."""
    there = _blocks_of(session, kept_email, ring)
    found = [row for row in _blocks_of(session, gone_email, ring) if row.reason in OF_THE_PERSON]
    return [row for row in found if not any(_covers(one, row) for one in there)]


def _blocks_of(session: Session, email: str, ring: Ring) -> Sequence[Suppression]:
    """A domain's block is nobody's own."""
    marks = [mark for mark in marks_of(session, [email], ring=ring) if not mark.startswith("@")]
    return session.scalars(select(Suppression).where(among(Suppression.address_hash, marks)).order_by(Suppression.id)).all()


def _covers(one: Suppression, row: Suppression) -> bool:
    """A bounce, which staff may lift, does not stand for a complaint, which only she can take back."""
    as_strong = one.reason in HERS_ALONE or row.reason not in HERS_ALONE
    return one.scope == row.scope and as_strong and (one.asked_until is None or row.asked_until is not None)


def _count(session: Session, model: Any, person: int) -> int:
    return session.scalar(select(func.count()).select_from(model).where(model.subscriber_id == person)) or 0
