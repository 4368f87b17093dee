"""How sending goes right now, read for people: mailings, senders, minutes, who was put off and who is in doubt.

Every count is answered by an index of the few or by the record of minutes; no row of a message that was simply sent is touched.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.words import CampaignState
from mailflow.delivery.models import Conversation, SentMinute, Worker
from mailflow.delivery.providers import Providers, providers
from mailflow.delivery.telling import KEPT_MINUTES
from mailflow.outbox.models import IS_IN_HAND, IS_TROUBLE, Mailing, Message
from mailflow.outbox.queries import mailings_waiting
from mailflow.outbox.tally import tally
from mailflow.outbox.words import MailingKind, MailingState, State
from mailflow.sequences.models import Sequence as Course
from mailflow.sequences.models import Step

SILENT_AFTER = timedelta(seconds=10)
"""A sender tells of itself every two seconds; one not heard of for so long has gone silent."""
MINUTES = 60
MOST_GROUPED = 20_000
"""So many put-off messages of a mailing are told apart by provider; beyond, a page would be slow."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Origin:
    """A mailing, and where on the pages it belongs: its campaign, or the sequence of a recipe, or neither."""

    mailing: Mailing
    campaign: Campaign | None = None
    recipe: str = ""


@dataclass(frozen=True)
class Going:
    """A mailing that is going out; ``rate`` is a minute.

    ``accepted`` is of all time for a campaign; for what never ends of the last two days, ``older`` when it began before them.
    """

    origin: Origin
    accepted: int
    waiting: int
    put_off: int
    failed: int
    left_out: int
    uncertain: int
    rate: int
    older: bool

    @property
    def done(self) -> int:
        """People whose message is settled one way or another."""
        return self.accepted + self.failed + self.left_out + self.uncertain

    @property
    def total(self) -> int:
        """Everybody who has a row so far."""
        return self.done + self.waiting + self.put_off

    @property
    def paused(self) -> bool:
        """Whether somebody stopped it for now."""
        return self.origin.mailing.state == MailingState.PAUSED


@dataclass(frozen=True)
class PutOff:
    """People of one mailing whom one provider made wait for one reason, and when the first is tried again."""

    mailing_id: int
    reason: str
    provider: str
    people: int
    next_at: datetime


@dataclass(frozen=True)
class Route:
    """One way out of a sender, as it last told; ``again_at`` is when a server that is away since ``away_since`` is tried again."""

    name: str
    server: str
    open: int
    busy: int
    away: bool
    away_since: datetime | None
    again_at: datetime
    failure: str
    failed_at: datetime | None


@dataclass(frozen=True)
class Sender:
    """A process that sends, as it last told of itself."""

    name: str
    seen_at: datetime
    silent: bool
    in_hand: int
    held: str
    routes: tuple[Route, ...]

    @property
    def computer(self) -> str:
        """Where it runs, as its name says (`scheduler.naming`)."""
        return self.name.rsplit("-", 2)[0]


@dataclass(frozen=True)
class Overview:
    """All that the page shows."""

    now: datetime
    origins: dict[int, Origin]
    going: list[Going]
    put_off: list[PutOff]
    put_off_more: bool
    doubtful: dict[int, int]
    senders: list[Sender]
    minutes: list[tuple[datetime, int]]
    last_sent: datetime | None
    conversations: list[Conversation]
    providers: Providers

    @property
    def awake(self) -> list[Sender]:
        """The senders heard of lately."""
        return [one for one in self.senders if not one.silent]

    @property
    def rate(self) -> int:
        """Messages accepted a minute now, of all mailings."""
        return sum(one.rate for one in self.going)


def overview(session: Session, *, now: datetime) -> Overview:
    """How it goes at this moment."""
    in_hand = set(session.scalars(select(Message.mailing_id).where(IS_IN_HAND)))
    paths, doubtful = _going_ids(session, in_hand, now), _doubtful(session)
    off, more = _put_off(session)
    talks = list(session.scalars(select(Conversation).order_by(Conversation.id.desc())))
    origins = _origins(session, {*paths, *doubtful, *(one.mailing_id for one in off), *(one.mailing_id for one in talks)})
    minutes, last = _minutes(session, now)
    open_ones = [origins[one] for one in paths if origins[one].mailing.state != MailingState.CANCELLED]
    going = _going(session, open_ones, now)
    senders = [_sender(row, now) for row in session.scalars(select(Worker).order_by(Worker.started_at))]
    by_provider = providers(session, _waiting(off), talks, now=now)
    return Overview(now, origins, going, off, more, doubtful, senders, minutes, last, talks, by_provider)


def _waiting(off: Sequence[PutOff]) -> Counter[str]:
    people: Counter[str] = Counter()
    for one in off:
        people[one.provider] += one.people
    return people


def _going_ids(session: Session, in_hand: Collection[int], now: datetime) -> list[int]:
    """Campaigns on their way or paused, and whatever else has somebody due or in hand."""
    on_their_way = Campaign.state.in_((CampaignState.SENDING, CampaignState.PAUSED))
    found = list(session.scalars(select(Campaign.mailing_id).where(on_their_way, Campaign.mailing_id.is_not(None)).order_by(Campaign.id)))
    return list(dict.fromkeys([*(one for one in found if one), *with_waiting(session, now), *in_hand]))


def with_waiting(session: Session, due_by: datetime | None = None) -> list[int]:
    """The mailings with somebody waiting, or due by a moment, in the order in which they are sent."""
    places = mailings_waiting(due_by).subquery()
    return list(session.scalars(select(places.c.mailing_id).order_by(places.c.lane, places.c.mailing_id)))


def _origins(session: Session, ids: Collection[int]) -> dict[int, Origin]:
    of_step = (Mailing.kind == MailingKind.STEP) & (Mailing.source_id == Step.id)
    wanted = select(Mailing, Campaign, Course.recipe).outerjoin(Campaign, Campaign.mailing_id == Mailing.id)
    wanted = wanted.outerjoin(Step, of_step).outerjoin(Course, Course.id == Step.sequence_id).where(Mailing.id.in_(ids))
    return {mailing.id: Origin(mailing, campaign, recipe or "") for mailing, campaign, recipe in session.execute(wanted)}


def _going(session: Session, origins: Sequence[Origin], now: datetime) -> list[Going]:
    ids = [one.mailing.id for one in origins]
    accepted = Counter(dict(_pairs(session, select(SentMinute.mailing_id, func.sum(SentMinute.count)), ids)))
    rates = _rates(session, ids, now)
    return [_one_going(session, one, accepted[one.mailing.id], rates[one.mailing.id], now) for one in origins]


def _one_going(session: Session, origin: Origin, lately: int, rate: int, now: datetime) -> Going:
    found = tally(session, origin.mailing)
    return Going(
        origin,
        accepted=found.sent if origin.campaign else lately,
        waiting=found.open - found.put_off,
        put_off=found.put_off,
        failed=found.failed,
        left_out=found.skipped,
        uncertain=found.uncertain,
        rate=rate,
        older=origin.campaign is None and origin.mailing.created_at < now - KEPT_MINUTES,
    )


def _rates(session: Session, ids: Sequence[int], now: datetime) -> dict[int, int]:
    """Over the last sixty seconds, taking the minute before as even."""
    present = now.replace(second=0, microsecond=0)
    before = dict(
        _pairs(session, select(SentMinute.mailing_id, func.sum(SentMinute.count)).where(SentMinute.minute == present - _MINUTE), ids)
    )
    lately = dict(_pairs(session, select(SentMinute.mailing_id, func.sum(SentMinute.count)).where(SentMinute.minute == present), ids))
    share = 1 - (now - present) / _MINUTE
    return {one: round(before.get(one, 0) * share) + lately.get(one, 0) for one in ids}


def _pairs(session: Session, wanted: Any, ids: Sequence[int]) -> list[tuple[int, int]]:
    rows = session.execute(wanted.where(SentMinute.mailing_id.in_(ids)).group_by(SentMinute.mailing_id))
    return [(mailing_id, int(count)) for mailing_id, count in rows]


def _minutes(session: Session, now: datetime) -> tuple[list[tuple[datetime, int]], datetime | None]:
    """The last hour's whole minutes, the empty ones too, and the last minute in which anything was accepted."""
    end = now.replace(second=0, microsecond=0)
    wanted = select(SentMinute.minute, func.sum(SentMinute.count)).where(SentMinute.minute >= end - MINUTES * _MINUTE)
    counts = {minute: int(count) for minute, count in session.execute(wanted.group_by(SentMinute.minute))}
    whole = [end - back * _MINUTE for back in range(MINUTES, 0, -1)]
    return [(minute, counts.get(minute, 0)) for minute in whole], session.scalar(select(func.max(SentMinute.minute)))


def _put_off(session: Session) -> tuple[list[PutOff], bool]:
    """The largest groups first; and whether more people were put off than were told apart."""
    found, more = [], False
    for mailing_id in dict.fromkeys(with_waiting(session)):
        mine = (Message.mailing_id == mailing_id, IS_TROUBLE, Message.state == State.DEFERRED)
        some = select(Message.reason, Message.provider, Message.due_at).where(*mine).limit(MOST_GROUPED).subquery()
        grouped = select(some.c.reason, some.c.provider, func.count(), func.min(some.c.due_at)).group_by(some.c.reason, some.c.provider)
        mine_found = [PutOff(mailing_id, reason or "", *rest) for reason, *rest in session.execute(grouped)]
        more = more or sum(one.people for one in mine_found) >= MOST_GROUPED
        found += mine_found
    return sorted(found, key=lambda one: (-one.people, one.next_at)), more


def _doubtful(session: Session) -> dict[int, int]:
    """Of each mailing with people in doubt, how many: one look into the index for each mailing there is."""
    mine = (IS_TROUBLE, Message.mailing_id == Mailing.id, Message.state == State.UNCERTAIN)
    counted = select(func.count()).select_from(Message).where(*mine).correlate(Mailing).scalar_subquery()
    exists = select(Message.id).where(*mine).correlate(Mailing).exists()
    return dict(session.execute(select(Mailing.id, counted).where(exists).order_by(Mailing.id.desc())).all())


def _sender(row: Worker, now: datetime) -> Sender:
    routes = tuple(_route(told, row.seen_at) for told in row.routes)
    return Sender(row.name, row.seen_at, now - row.seen_at > SILENT_AFTER, row.in_hand, row.held, routes)


def _route(told: dict[str, Any], seen_at: datetime) -> Route:
    ago = told.get("failed_ago")
    return Route(
        name=told.get("route", ""),
        server=told.get("server", ""),
        open=told.get("open", 0),
        busy=told.get("busy", 0),
        away=bool(told.get("away")),
        away_since=datetime.fromisoformat(since) if (since := told.get("away_since")) else None,
        again_at=seen_at + timedelta(seconds=told.get("again_in", 0)),
        failure=told.get("failure", ""),
        failed_at=None if ago is None else seen_at - timedelta(seconds=ago),
    )
