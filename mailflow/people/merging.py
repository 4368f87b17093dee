"""Two records of one person become one: nothing is lost, nobody gets a mail twice, and who said no stays out."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.activity.words import Kind
from mailflow.audience import consent, memberships
from mailflow.audience.derived import standing
from mailflow.audience.finding.index import index_people
from mailflow.audience.models import ConsentLine, Field, Subscriber, Subscription
from mailflow.audience.records.models import FormerAddress, FormerNumber, Note
from mailflow.audience.words import Consent, LeaveMethod, Method, Origin, SubscriptionState, Tracking
from mailflow.foundation.among import among
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Message
from mailflow.outbox.words import Reason, State
from mailflow.people import carrying
from mailflow.people.burdens import take_over
from mailflow.people.planning import plan_merge, superfluous
from mailflow.people.redirecting import end_requests, redirect
from mailflow.people.rules import joint_tracking
from mailflow.people.words import MergeOutcome, MergePlan, MergeReason, Standing
from mailflow.segments.keeping_up import recount
from mailflow.sequences.quiet import did

_BY_STAFF = consent.Evidence("", "", "merge", LeaveMethod.STAFF, Origin())


def merge(session: Session, kept_id: int, gone_id: int, *, by: int, now: datetime, ring: Ring, take: Collection[str] = ()) -> MergeOutcome:
    """Make ``gone`` part of ``kept``, in this one transaction; ``take`` names the fields in conflict whose value is the other's.

    What a value in conflict was, stays as a note. Links in old mails of both go on working.
    """
    if kept_id == gone_id:
        return MergeOutcome(MergeReason.SAME, kept_id)
    people = session.scalars(select(Subscriber).where(Subscriber.id.in_((kept_id, gone_id))).order_by(Subscriber.id).with_for_update())
    found = {person.id: person for person in people}
    if len(found) < len((kept_id, gone_id)):
        return MergeOutcome(MergeReason.UNKNOWN)
    kept, gone = found[kept_id], found[gone_id]
    plan = plan_merge(session, kept, gone, ring=ring)
    _stop(session, superfluous(session, kept.id, gone.id))
    _note_conflicts(session, plan, kept.id, set(take), by, now)
    _join_places(session, plan.standings, kept, gone, now)
    end_requests(session, gone.id, now)
    told = _carry(session, kept.id, gone.id, set(take))
    _join_people(session, kept, gone, now)
    take_over(session, kept.email, gone.email, ring=ring, by=f"user:{by}", now=now)
    session.add(FormerAddress(subscriber_id=kept.id, email=gone.email, email_key=gone.email_key, until=now, why="merged"))
    ledger.note(session, Kind.MERGED, kept.id, now=now, detail={"by": by, "number": gone.id, "took": sorted(take), "enrolments": told})
    session.flush()
    session.execute(delete(Subscriber).where(Subscriber.id == gone.id).execution_options(synchronize_session=False))
    session.expunge(gone)
    redirect(session, kept.id, kept.email)
    recount(session, [kept.id])
    ledger.note(session, Kind.CORRECTED, kept.id, now=now)
    index_people(session, [kept.id])
    return MergeOutcome(MergeReason.MERGED, kept.id)


def _stop(session: Session, messages: list[int]) -> None:
    """A sender that has claimed one of them finds it taken back before it writes its intent."""
    stopped = {"state": State.SKIPPED, "reason": Reason.MERGED, "worker": None, "lease_until": None, "epoch": Message.epoch + 1}
    if messages:
        session.execute(update(Message).where(among(Message.id, messages)).values(stopped).execution_options(synchronize_session=False))


def _carry(session: Session, kept: int, gone: int, take: set[str]) -> list[dict[str, object]]:
    fields = set(session.scalars(select(Field.id).where(Field.key.in_(take))))
    carrying.carry_values(session, kept, gone, fields)
    carrying.carry_codes(session, kept, gone)
    carrying.carry_messages(session, kept, gone)
    carrying.carry_members(session, kept, gone)
    told = carrying.carry_enrolments(session, kept, gone)
    carrying.carry_plain(session, kept, gone)
    return told


def _join_places(session: Session, standings: Collection[Standing], kept: Subscriber, gone: Subscriber, now: datetime) -> None:
    """One place in each list; the link to leave by that went out for the other one leads to it."""
    mine, others = memberships.subscriptions(session, kept.id), memberships.subscriptions(session, gone.id)
    for one in standings:
        place, other = mine.get(one.list_id), others.get(one.list_id)
        if other is not None and place is None:
            other.subscriber_id = kept.id
        elif other is not None and place is not None:
            was = {"subscriber_id": kept.id, "now": place.id}
            moved = update(FormerNumber).where(FormerNumber.kind == "subscription", FormerNumber.now == other.id).values(was)
            session.execute(moved.execution_options(synchronize_session=False))
            session.add(FormerNumber(kind="subscription", number=other.id, **was))
            if one.becomes == SubscriptionState.LEFT and place.state == SubscriptionState.CONFIRMED:
                memberships.drop(session, [place], LeaveMethod.STAFF, _BY_STAFF, now=now)
            elif one.becomes != place.state or one.becomes == other.state:
                _stand_as(place, other, one.becomes)
            session.delete(other)
    session.flush()


def _stand_as(place: Subscription, other: Subscription, becomes: SubscriptionState) -> None:
    """Since when: the earlier day of two that are in, the later one of two that left, and of two that differ that of who is so."""
    both = place.state == other.state
    rows = [row for row in (place, other) if row.state == becomes]
    earliest = min if becomes == SubscriptionState.CONFIRMED else max
    confirmed = [row.confirmed_at for row in (rows if both else [other]) if row.confirmed_at]
    left = [row.left_at for row in rows if row.left_at]
    place.state = becomes
    place.confirmed_at = earliest(confirmed) if confirmed else place.confirmed_at
    place.left_at = max(left) if left and becomes == SubscriptionState.LEFT else None


def _join_people(session: Session, kept: Subscriber, gone: Subscriber, now: datetime) -> None:
    kept.language, kept.zone, kept.owner_id = kept.language or gone.language, kept.zone or gone.zone, kept.owner_id or gone.owner_id
    kept.created_at = min(kept.created_at, gone.created_at)
    confirmed = [at for at in (kept.confirmed_at, gone.confirmed_at) if at]
    kept.confirmed_at = min(confirmed) if confirmed else None
    session.flush()
    lines = session.scalars(select(ConsentLine).where(ConsentLine.subscriber_id == kept.id).order_by(ConsentLine.id)).all()
    chosen = [line.choice for line in lines if line.purpose == Consent.TRACKING and line.method != Method.DEFAULT]
    kept.tracking = joint_tracking(kept.tracking, gone.tracking, chosen[-1] if chosen else None)
    opened = [day for day in (kept.last_open_on, gone.last_open_on) if day]
    kept.silent_since = _silent_since(session, kept, gone)
    kept.last_open_on = max(opened) if opened and kept.tracking in (Tracking.LAST_OPEN, Tracking.INDIVIDUAL) else None
    _close_lines(session, kept, lines, now)


def _silent_since(session: Session, kept: Subscriber, gone: Subscriber) -> datetime | None:
    """A reactivation that went unanswered stays so, unless she has clicked or ordered since under the other address."""
    since = max((at for at in (kept.silent_since, gone.silent_since) if at), default=None)
    if since is None:
        return None
    spoke = select(Subscriber.id).where(Subscriber.id == kept.id, did([Kind.CLICKED, Kind.ORDERED], Subscriber.id, since))
    return since if session.scalar(spoke) is None else None


def _close_lines(session: Session, kept: Subscriber, lines: Collection[ConsentLine], now: datetime) -> None:
    """Where the lines of both, read together, would say more than what was decided, a last line says it."""
    said = standing(lines)
    for list_id, place in memberships.subscriptions(session, kept.id).items():
        if place.state == SubscriptionState.LEFT and said.lists.get(list_id, SubscriptionState.LEFT) != SubscriptionState.LEFT:
            consent.record(session, kept.id, Consent.NEWSLETTER, False, _BY_STAFF, now=now, list_id=list_id)
    if said.tracking.value != kept.tracking:
        consent.record_level(session, kept.id, Tracking(kept.tracking), _BY_STAFF, now=now)


def _note_conflicts(session: Session, plan: MergePlan, kept: int, take: set[str], by: int, now: datetime) -> None:
    lost = [f"{one.key}: {_written(one.kept if one.key in take else one.gone)}" for one in plan.conflicts]
    if lost:
        session.add(Note(subscriber_id=kept, author_id=by, at=now, changed_at=None, text="\n".join(lost)))


def _written(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
