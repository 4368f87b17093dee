"""How a mailing stands, counted without touching a row: who was sent to is everybody but those whom the indexes of the few hold."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mailflow.outbox.models import IS_TROUBLE, Mailing, Message
from mailflow.outbox.queries import in_hand_of, waiting_of
from mailflow.outbox.words import State


@dataclass(frozen=True)
class Tally:
    """Messages of one mailing: ``people`` in all; ``waiting`` for their first turn or put off; ``in_hand`` of a sender.

    ``trouble`` counts the put off, failed, left out and doubtful by state and reason.
    """

    people: int
    waiting: int
    in_hand: int
    trouble: dict[tuple[str, str], int]

    def of(self, state: State) -> int:
        """How many are in one of the troubled states."""
        return sum(number for (found, _), number in self.trouble.items() if found == state)

    @property
    def put_off(self) -> int:
        """Those who wait after a try."""
        return self.of(State.DEFERRED)

    @property
    def failed(self) -> int:
        """Those given up."""
        return self.of(State.FAILED)

    @property
    def skipped(self) -> int:
        """Those left out."""
        return self.of(State.SKIPPED)

    @property
    def uncertain(self) -> int:
        """Those of whom nobody knows."""
        return self.of(State.UNCERTAIN)

    @property
    def open(self) -> int:
        """Those not settled yet."""
        return self.waiting + self.in_hand

    @property
    def sent(self) -> int:
        """Those whom the next server took: all who are nowhere else."""
        return self.people - self.open - self.failed - self.skipped - self.uncertain


NOBODY = Tally(0, 0, 0, {})


def tally(session: Session, mailing: Mailing) -> Tally:
    """The tally of a mailing at this moment; read in one transaction, it is as exact as counting every row."""
    mine = Message.mailing_id == mailing.id
    by_reason = select(Message.state, func.coalesce(Message.reason, ""), func.count()).where(mine, IS_TROUBLE)
    rows = session.execute(by_reason.group_by(Message.state, Message.reason))
    return Tally(
        people=mailing.people if mailing.frozen_at is not None else _count(session, mine),
        waiting=_count(session, waiting_of(mailing.id)),
        in_hand=_count(session, in_hand_of(mailing)),
        trouble={(state, reason): number for state, reason, number in rows},
    )


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Message).where(*conditions)) or 0
