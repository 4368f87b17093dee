"""What a person decides about messages that ended badly: those of which nobody knows, and failures worth another try."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mailflow.activity.ledger import note_many
from mailflow.activity.words import Kind
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.transition import move
from mailflow.campaigns.words import CampaignState, Decision
from mailflow.outbox.models import Message
from mailflow.outbox.words import Reason, State

HOPELESS = (Reason.HARD_ADDRESS, Reason.RENDERING)
"""Failures that another try cannot mend: no such address, and a text that cannot be written for this person."""
MOST_AT_ONCE = 5000
"""Messages decided in one transaction; of more, the rest is asked about again."""


@dataclass(frozen=True)
class Decided:
    """``reason`` is "done", "cancelled" (nothing goes out of a cancelled campaign) or "changed"; ``count`` messages were moved."""

    reason: str
    count: int = 0


def concerned(session: Session, campaign: Campaign, decision: Decision) -> int:
    """How many messages a decision would move now, at most MOST_AT_ONCE."""
    return min(session.scalar(select(func.count(Message.id)).where(*_wanted(campaign, decision))) or 0, MOST_AT_ONCE)


def decide(session: Session, campaign: Campaign, decision: Decision, *, expected: int, now: datetime) -> Decided:
    """Move exactly the ``expected`` messages, or none: "changed" when their number is another by now, as after a double click.

    What goes again is looked at by the gate as ever, and a campaign that was finished goes on until these are settled too.
    """
    if decision != Decision.AS_SENT and campaign.state == CampaignState.CANCELLED:
        return Decided("cancelled")
    wanted = select(Message).where(*_wanted(campaign, decision)).order_by(Message.id).limit(MOST_AT_ONCE)
    found = list(session.scalars(wanted.with_for_update()))
    if not found or len(found) != expected:
        return Decided("changed")
    if decision == Decision.AS_SENT:
        _take_as_sent(session, found)
    else:
        _send_again(session, found, now)
        move(session, campaign, (CampaignState.SENT,), CampaignState.SENDING, finished_at=None)
    return Decided("done", len(found))


def _wanted(campaign: Campaign, decision: Decision) -> tuple[ColumnElement[bool], ...]:
    mine = Message.mailing_id == campaign.mailing_id
    if decision == Decision.RETRY:
        return (mine, Message.state == State.FAILED, Message.reason.not_in(HOPELESS))
    return (mine, Message.state == State.UNCERTAIN)


def _take_as_sent(session: Session, found: list[Message]) -> None:
    for message in found:
        message.state, message.reason = State.SENT, None
        message.sent_at = message.due_at  # the nearest that is known of the moment it was in hand
    session.flush()
    note_many(
        session,
        [
            {
                "at": message.due_at,
                "kind": Kind.SENT,
                "subscriber_id": message.person_key,
                "list_id": message.list_id,
                "mailing_id": message.mailing_id,
                "message_id": message.id,
                "detail": {"decided": True},
            }
            for message in found
        ],
    )


def _send_again(session: Session, found: list[Message], now: datetime) -> None:
    for message in found:
        message.state, message.reason, message.reply = State.PENDING, None, None
        message.due_at, message.first_due_at, message.attempt = now, None, 0
    session.flush()
