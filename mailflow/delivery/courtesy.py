"""What may be claimed of providers that are written to slowly: so many as their buckets hold; the others are set aside."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, func, null, select, union_all, update
from sqlalchemy.orm import Session

from mailflow.audience.models import Brand
from mailflow.delivery.buckets import domain_of, sender_domains
from mailflow.delivery.families import family_of
from mailflow.delivery.models import Bucket, ProviderLimit
from mailflow.delivery.rules import Key, Slowing, filled, next_slot, pace
from mailflow.foundation.among import among_given
from mailflow.foundation.database import columns
from mailflow.foundation.upsert import insert_new
from mailflow.outbox.models import IS_IN_HAND, Message
from mailflow.outbox.words import Claimed, Reason, State

MOST_SET_ASIDE = 500
"""Rows moved in one turn, so that it stays short: some 5 ms. Each is moved once in a while, not asked for again in each turn."""
EVER = datetime.min.replace(tzinfo=UTC)
"""Since when a provider is limited by those who run the installation."""
_b, _l, _m = columns(Bucket), columns(ProviderLimit), columns(Message)
_SLOWED = select(_b.sender, _b.provider, _b.usual, _b.slow, _b.since, _b.until, null(), null()).where(_b.since.is_not(None))
_BOTH = union_all(_SLOWED, select(null(), _l.provider, null(), null(), null(), null(), _l.per_minute, _l.connections))
"""One question for each turn of a sender, to two tables that nearly always are empty."""
_ONE = (_b.sender == bindparam("of_sender")) & (_b.provider == bindparam("to_provider"))
_LEVEL = select(_b.tokens, _b.filled_at, _b.slots_until).where(_ONE).with_for_update(skip_locked=True)
_KEEP_LEVEL = (
    update(Bucket.__table__)  # type: ignore[arg-type]
    .where(_ONE)
    .values(tokens=bindparam("left"), filled_at=bindparam("at"), slots_until=bindparam("slots"))
)
_HELD = select(_m.mailing_id, _m.provider, func.count()).where(IS_IN_HAND).group_by(_m.mailing_id, _m.provider)
_LATER = {"state": State.DEFERRED.value, "reason": Reason.PACED.value, "due_at": bindparam("until")}
_ONE_ASIDE = update(Message.__table__).where(_m.id == bindparam("row")).values(_LATER)  # type: ignore[arg-type]
_MANY_ASIDE = update(Message.__table__).where(among_given(_m.id, "ids")).values(_LATER)  # type: ignore[arg-type]


@dataclass
class _Level:
    """How full one bucket is within this turn."""

    rate: float | None
    """Messages a minute; None where only connections are limited."""
    since: datetime
    until: datetime | None
    tokens: float
    filled_at: datetime
    slots_until: datetime | None
    room: int | None
    """Connections left; None where they are not limited."""

    def take(self) -> bool:
        """One message's place, if there is one."""
        if (self.rate is not None and self.tokens < 1) or self.room == 0:
            return False
        if self.rate is not None:
            self.tokens -= 1
        self.room = None if self.room is None else self.room - 1
        return True

    def next_slot(self, now: datetime) -> datetime:
        """When one who finds no place is looked at again."""
        if self.until and self.until > now:
            return self.until
        self.slots_until = next_slot(self.slots_until, self.rate or _WHEN_FULL, now)
        return self.slots_until


_WHEN_FULL = 60.0
"""Where only connections are limited, those who find none free are looked at again so many a minute."""


class Courtesy:
    """One turn's view of the buckets that are limited. ``closed`` names them, each with the moment since when it is so; ``granted``
    are messages claimed for them within their limits, with that same moment."""

    def __init__(
        self, session: Session, slowed: dict[Key, tuple[float, Slowing]], limits: dict[str, tuple[int | None, int | None]], now: datetime
    ) -> None:
        """``slowed`` by what providers answered, and ``limits`` a minute and of connections that people set."""
        self._session, self._slowed, self._limits, self._now = session, slowed, limits, now
        self._levels: dict[Key, _Level | None] = {}
        self._senders: dict[int, str] = {}
        self._held: Counter[Key] | None = None
        self._aside: dict[datetime, list[int]] = defaultdict(list)
        self._room = MOST_SET_ASIDE
        self.granted: dict[int, datetime] = {}
        self.looks_further = 0
        """So many rows more than may be claimed are read, to come past those who are set aside."""
        self.came_short = False
        """Whether hardly anybody could be claimed: many of one provider stand together."""
        self.closed = {key: slowing.since for key, (_, slowing) in slowed.items()}
        if limits:
            senders = {domain_of(address) for address in session.connection().scalars(select(Brand.from_address))}
            self.closed = {Key(sender, provider): EVER for sender in senders for provider in limits} | self.closed

    def sift(self, rows: Sequence[Claimed], most: int) -> list[Claimed]:
        """At most so many of one mailing's rows that may be claimed now; those whose providers have no room are set aside."""
        good: list[Claimed] = []
        for row in rows:
            if len(good) == most:
                break
            key = Key(self._sender_of(row.mailing_id), family_of(row.provider))
            if key not in self.closed:
                good.append(row)
            elif (level := self._level(key)) is None or not level.take():
                self._set_aside(row, level)
            else:
                self.granted[row.id] = level.since
                good.append(row)
        self.came_short = self.came_short or (len(rows) >= most and len(good) * 2 < most)
        return good

    @property
    def has_set_aside(self) -> bool:
        """Whether there may be others behind those who were set aside."""
        return bool(self._aside)

    def settle(self) -> None:
        """Write down how full the buckets are now and when those set aside are looked at again."""
        connection = self._session.connection()
        alone = [{"row": ids[0], "until": until} for until, ids in self._aside.items() if len(ids) == 1]
        if alone:
            connection.execute(_ONE_ASIDE, alone)
        for until, ids in self._aside.items():
            if len(ids) > 1:
                connection.execute(_MANY_ASIDE, {"ids": ids, "until": until})
        for key, level in self._levels.items():
            if level:
                kept = {"left": level.tokens, "at": level.filled_at, "slots": level.slots_until}
                connection.execute(_KEEP_LEVEL, {"of_sender": key.sender, "to_provider": key.provider, **kept})

    def _set_aside(self, row: Claimed, level: _Level | None) -> None:
        """A bucket that another sender looks after at this moment is looked at in the next turn."""
        if level and self._room > 0:
            self._room -= 1
            self._aside[level.next_slot(self._now)].append(row.id)

    def _sender_of(self, mailing_id: int) -> str:
        if mailing_id not in self._senders:
            self._senders[mailing_id] = sender_domains(self._session, [mailing_id]).get(mailing_id, "")
        return self._senders[mailing_id]

    def _level(self, key: Key) -> _Level | None:
        if key not in self._levels:
            self._levels[key] = self._look(key)
        return self._levels[key]

    def _look(self, key: Key) -> _Level | None:
        """The bucket, now ours until the turn ends; None where another sender has it."""
        connection, given = self._session.connection(), {"of_sender": key.sender, "to_provider": key.provider}
        per_minute, connections = self._limits.get(key.provider, (None, None))
        if key not in self._slowed:
            fresh = {"throttled": 0.0, "refused": 0.0, "taken": 0, "usual": 0.0, "slow": 0.0, "tokens": 1.0}
            insert_new(self._session, Bucket, [{"sender": key.sender, "provider": key.provider, **fresh}])
        row = connection.execute(_LEVEL, given).first()
        if row is None:
            return None
        current, slowing = self._slowed.get(key, (None, None))
        rates = [rate for rate in (current, per_minute) if rate is not None]
        rate = min(rates) if rates else None
        tokens, at = filled(row.tokens, row.filled_at, rate or 0.0, self._now)
        until = slowing.until if slowing else None
        room = None if connections is None else max(0, connections - self._in_hand(key))
        return _Level(rate, slowing.since if slowing else EVER, until, tokens, at, row.slots_until, room)

    def _in_hand(self, key: Key) -> int:
        if self._held is None:
            rows = self._session.connection().execute(_HELD).all()
            senders = sender_domains(self._session, {row[0] for row in rows})
            self._held = Counter()
            for mailing_id, provider, count in rows:
                self._held[Key(senders.get(mailing_id, ""), family_of(provider))] += count
        return self._held[key]


def courtesy(session: Session, *, now: datetime, after: Courtesy | None = None) -> Courtesy | None:
    """What this turn must mind; None where nobody is written to slowly.

    Where the turn ``after`` which this one comes met hardly anybody else than those it set aside, this one looks further.
    """
    slowed: dict[Key, tuple[float, Slowing]] = {}
    limits: dict[str, tuple[int | None, int | None]] = {}
    for sender, provider, usual, slow, since, until, per_minute, connections in session.connection().execute(_BOTH):
        if sender is None:
            limits[provider] = per_minute, connections
        elif (current := pace(slowing := Slowing(usual, slow, since, until), now)) is not None:
            slowed[Key(sender, provider)] = current, slowing
    if not (slowed or limits):
        return None
    found = Courtesy(session, slowed, limits, now)
    found.looks_further = MOST_SET_ASIDE if after and after.came_short else 0
    return found
