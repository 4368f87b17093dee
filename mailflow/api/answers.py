"""What is told of campaigns and messages, as it goes over the wire."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import Progress
from mailflow.campaigns.words import CampaignState
from mailflow.outbox.models import Message
from mailflow.outbox.words import Reason, State


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class Why(_Told):
    """How many people are in a state for a reason."""

    state: State
    reason: str
    """A word of the list in the operator's guide; newer versions may have new ones."""
    people: int


class Counts(_Told):
    """Where a campaign's people are: people = waiting + put_off + in_hand + sent + failed + skipped + uncertain."""

    people: int
    waiting: int
    """For their first turn."""
    put_off: int
    """Tried, and tried again by itself."""
    in_hand: int
    sent: int
    """Taken by the next server."""
    failed: int
    skipped: int
    uncertain: int
    """Nobody knows whether it arrived; a person decides."""
    reasons: list[Why]


class CampaignTold(_Told):
    """A campaign and how it stands."""

    id: str
    name: str
    state: CampaignState
    reason: str | None
    """Why it is held."""
    due_at: datetime | None
    leaves: str | None
    """Its hour as the clocks of its place show it, with their offset: "2026-11-27T10:00:00+01:00"."""
    zone: str | None
    """Whose clocks: an IANA zone."""
    moved_from: datetime | None
    """The instant it would have left at before the rules of these clocks were changed."""
    started_at: datetime | None
    finished_at: datetime | None
    frozen: bool
    """Whether everybody who gets it is written down, or it is cancelled; until then counts grow."""
    counts: Counts
    retryable: int
    """Failures that another try may mend."""


class MessageTold(_Told):
    """One person's message."""

    id: str
    address: str
    subscriber_id: str | None
    """None for who is no subscriber."""
    state: State
    reason: Reason | str | None
    attempt: int
    """Tries so far."""
    due_at: datetime
    sent_at: datetime | None
    reply: str | None
    """The server's last words."""
    message_id: str = Field(description="The mail's Message-ID, the same for every try.")


class Moved(_Told):
    """What a decision did: call again while ``left`` is more than 0."""

    moved: int
    left: int


def campaign_told(campaign: Campaign, counted: Progress, retryable: int) -> CampaignTold:
    """A campaign in the words of the API."""
    return CampaignTold(
        id=str(campaign.id),
        name=campaign.name,
        state=CampaignState(campaign.state),
        reason=campaign.reason,
        due_at=campaign.due_at,
        leaves=_local(campaign),
        zone=campaign.zone,
        moved_from=campaign.moved_from,
        started_at=campaign.started_at,
        finished_at=campaign.finished_at,
        frozen=counted.frozen or campaign.state == CampaignState.CANCELLED,
        counts=_counts(counted),
        retryable=retryable,
    )


def message_told(row: Message, message_id: str) -> MessageTold:
    """A message in the words of the API."""
    return MessageTold(
        id=str(row.id),
        address=row.address,
        subscriber_id=str(row.person_key) if row.person_key > 0 else None,
        state=State(row.state),
        reason=row.reason,
        attempt=row.attempt,
        due_at=row.due_at,
        sent_at=row.sent_at,
        reply=row.reply,
        message_id=message_id,
    )


def _local(campaign: Campaign) -> str | None:
    if campaign.due_at is None or campaign.zone is None:
        return None
    return campaign.due_at.astimezone(ZoneInfo(campaign.zone)).isoformat(timespec="seconds")


def _counts(counted: Progress) -> Counts:
    return Counts(
        people=counted.total,
        waiting=counted.waiting - counted.put_off - counted.in_hand,
        put_off=counted.put_off,
        in_hand=counted.in_hand,
        sent=counted.sent,
        failed=counted.failed,
        skipped=counted.skipped,
        uncertain=counted.uncertain,
        reasons=[Why(state=State(state), reason=reason, people=people) for (state, reason), people in sorted(counted.reasons.items())],
    )
