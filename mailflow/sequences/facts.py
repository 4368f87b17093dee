"""What is known of many people at their steps, in a handful of queries."""

from collections.abc import Sequence as Many
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscription
from mailflow.audience.words import SubscriptionState
from mailflow.offers.models import Code
from mailflow.offers.queries import codes_of
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import MailingKind, State
from mailflow.sequences.models import Enrolment, Sequence
from mailflow.sequences.quiet import ANSWERS, did
from mailflow.sequences.words import Facts


@dataclass(frozen=True)
class Known:
    """Facts about the people of one sequence, by enrolment or person."""

    members: frozenset[int]
    answered: frozenset[int]
    reached: frozenset[int]
    codes: dict[int, Code]

    def code_ends_at(self, enrolment: Enrolment) -> datetime | None:
        """When her code ends, if she has one."""
        code = self.codes.get(enrolment.subscriber_id)
        return code.ends_at if code else None

    def facts(self, enrolment: Enrolment, *, now: datetime, waited: bool) -> Facts:
        """The facts of one of them."""
        code = self.codes.get(enrolment.subscriber_id)
        return Facts(
            now=now,
            in_list=enrolment.id in self.members,
            waited=waited,
            code_ends_at=self.code_ends_at(enrolment),
            code_used=code is not None and code.redeemed_at is not None,
            answered=enrolment.id in self.answered,
            reached=enrolment.id in self.reached,
        )


def gather(session: Session, sequence: Sequence, enrolments: Many[Enrolment]) -> Known:
    """Everything the steps of a sequence are decided by, for these people of it."""
    ids = [enrolment.id for enrolment in enrolments]
    people = [enrolment.subscriber_id for enrolment in enrolments]
    return Known(
        members=_members(session, ids),
        answered=_answered(session, ids),
        reached=_reached(session, ids, people),
        codes=codes_of(session, sequence.offer_id, people) if sequence.offer_id else {},
    )


def _members(session: Session, ids: Many[int]) -> frozenset[int]:
    same = (Subscription.subscriber_id == Enrolment.subscriber_id) & (Subscription.list_id == Enrolment.list_id)
    confirmed = select(Enrolment.id).join(Subscription, same).where(Subscription.state == SubscriptionState.CONFIRMED)
    return frozenset(session.scalars(confirmed.where(Enrolment.id.in_(ids))))


def _answered(session: Session, ids: Many[int]) -> frozenset[int]:
    spoke = select(Enrolment.id).where(Enrolment.id.in_(ids), did(ANSWERS, Enrolment.subscriber_id, Enrolment.entered_at))
    return frozenset(session.scalars(spoke))


def _reached(session: Session, ids: Many[int], people: Many[int]) -> frozenset[int]:
    """By the person first: that is the index messages have. The occasion is the enrolment only in mails of steps."""
    hers = (Message.person_key.in_(people), Message.occasion.in_(ids), Mailing.kind == MailingKind.STEP)
    arrived = (Message.state == State.SENT, Message.bounced_at.is_(None))
    return frozenset(session.scalars(select(Message.occasion).join(Mailing).where(*hers, *arrived)))
