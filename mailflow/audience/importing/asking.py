"""What people ask of an import: settle what it is to do, start it, stop it, take it back. Whoever works imports off does the rest."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import EMAIL, IGNORED, LANGUAGE, STATUS, Asked, AskReason, ImportState, Plan
from mailflow.audience.models import List

_BEFORE = (ImportState.READING, ImportState.READ, ImportState.CHECKING, ImportState.CHECKED)
"""Nobody came in yet."""
_DONE, _NOT_NOW = Asked(AskReason.DONE), Asked(AskReason.NOT_NOW)


def targets(session: Session) -> list[str]:
    """What a column may hold."""
    return [EMAIL, LANGUAGE, STATUS, *(field.key for field in fields(session))]


def settle(session: Session, brought: Import, plan: Plan, *, now: datetime) -> Asked:
    """Say what the file is for; it is tried out next by itself, anew where it was before. Nobody may have come in yet."""
    if not _is(session, brought, _BEFORE):
        return _NOT_NOW
    if fault := _fault(session, brought, plan):
        return Asked(fault)
    brought.list_id, brought.mapping = plan.list_id, {place: held for place, held in plan.mapping.items() if held != IGNORED}
    brought.basis, brought.wording = plan.grounds.basis, plan.grounds.wording.strip()
    brought.roles, brought.disposables = plan.policies.roles, plan.policies.disposables
    brought.tried, brought.expected, brought.marked, brought.settled_at = 0, {}, {}, now
    if brought.state != ImportState.READING:
        brought.state, brought.since = ImportState.CHECKING, now
    return _DONE


def start(session: Session, brought: Import, *, now: datetime) -> Asked:
    """Let the people of a tried out import come in."""
    return _turn(session, brought, (ImportState.CHECKED,), ImportState.RUNNING, now)


def cancel(session: Session, brought: Import, *, now: datetime) -> Asked:
    """Stop it before its next block; who came in by then stays, until it is undone."""
    return _turn(session, brought, (*_BEFORE, ImportState.RUNNING), ImportState.CANCELLED, now)


def undo(session: Session, brought: Import, *, now: datetime) -> Asked:
    """Have taken back what it did, and only that; possible as long as its rows are kept."""
    if brought.forgotten_at:
        return Asked(AskReason.FORGOTTEN)
    return _turn(session, brought, (ImportState.DONE, ImportState.CANCELLED), ImportState.UNDOING, now)


def discard(session: Session, brought: Import) -> Asked:
    """Keep nothing of a file of which nobody came in."""
    if brought.done or brought.state in (ImportState.RUNNING, ImportState.UNDOING):
        return _NOT_NOW
    session.execute(delete(Import).where(Import.id == brought.id))
    return _DONE


def _is(session: Session, brought: Import, states: Sequence[str]) -> bool:
    """Whether it is in one of these states, and stays so until this is written: two tabs ask one after the other."""
    session.refresh(brought, with_for_update=True)
    return brought.state in states


def _turn(session: Session, brought: Import, states: Sequence[str], state: ImportState, now: datetime) -> Asked:
    if not _is(session, brought, states):
        return _NOT_NOW
    brought.state, brought.since = state, now
    brought.ended_at = now if state == ImportState.CANCELLED else None
    return _DONE


def _fault(session: Session, brought: Import, plan: Plan) -> AskReason | None:
    held = [target for target in plan.mapping.values() if target != IGNORED]
    places = {str(place) for place in range(len(brought.header))}
    if not places.issuperset(plan.mapping) or not set(targets(session)).issuperset(held) or max(Counter(held).values(), default=0) > 1:
        return AskReason.NO_COLUMN
    if EMAIL not in held:
        return AskReason.NO_ADDRESSES
    if not plan.grounds.wording.strip():
        return AskReason.NO_WORDING
    return None if session.scalar(select(List.id).where(List.id == plan.list_id)) else AskReason.NO_LIST
