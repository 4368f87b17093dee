"""What has to be known to judge a group of hits, read at once; and what they leave behind, written at once and shortly."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from mailflow.activity import ledger
from mailflow.audience.models import Subscriber
from mailflow.audience.words import Tracking
from mailflow.foundation.among import among_given
from mailflow.foundation.database import columns
from mailflow.foundation.upsert import insert_all
from mailflow.outbox.models import Link, Mailing, Message
from mailflow.tracking import totals
from mailflow.tracking.models import Hit
from mailflow.tracking.words import Arrival, HitKind, Signal

HOUR = timedelta(hours=1)
_m, _p, _h, _l = columns(Message), columns(Subscriber), columns(Hit), columns(Link)
_FIRSTS = ("opened_at", "clicked_at", "machine_opened_at", "machine_clicked_at")
_MESSAGES = (
    select(_m.id, _m.mailing_id, _m.person_key, _m.state, _m.sent_at, *(_m[name] for name in _FIRSTS), _p.tracking, _p.silent_since)
    .outerjoin_from(Message.__table__, Subscriber.__table__, _m.person_key == _p.id)
    .where(among_given(_m.id, "ids"))
)
_SEEN = (
    select(_h.message_id, _h.kind, _h.link_number, _h.machine, _h.at)
    .where(among_given(_h.message_id, "ids"), _h.at > bindparam("since"))
    .order_by(_h.id)
)
_LINKS = select(_l.mailing_id, _l.number, _l.url).where(among_given(_l.mailing_id, "ids"))
_MAILINGS = select(Mailing.id).where(among_given(Mailing.id, "ids"))
_MARK = (
    update(Message.__table__)  # type: ignore[arg-type]
    .where(_m.id == bindparam("which"))
    .values({name: func.coalesce(_m[name], bindparam(f"new_{name}", type_=_m[name].type)) for name in _FIRSTS})
)
_SPEAKS = update(Subscriber.__table__).where(among_given(_p.id, "ids")).values(silent_since=None)  # type: ignore[arg-type]
_LEVELS = select(_p.id, _p.tracking).where(among_given(_p.id, "ids"))
_OPENED_LAST = (
    update(Subscriber.__table__)  # type: ignore[arg-type]
    .where(_p.id == bindparam("which"), _p.tracking == Tracking.LAST_OPEN)
    .values(last_open_on=bindparam("day"))
)


class Seen(NamedTuple):
    """A hit of one message that is kept already."""

    kind: str
    link: int | None
    machine: bool
    at: datetime


@dataclass
class Known:
    """A message and its reader, as far as a hit is judged by them."""

    id: int
    mailing_id: int
    person_key: int
    state: str
    sent_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    machine_opened_at: datetime | None
    machine_clicked_at: datetime | None
    tracking: str | None
    """None where there is no such person any more."""
    silent_since: datetime | None
    seen: list[Seen] = field(default_factory=list)
    """Of the hour before the group's first hit, and of the group."""


class Book:
    """Facts about the messages, links and mailings of some arrivals, and the lines that are to be written of them."""

    def __init__(self, session: Session, arrivals: Sequence[Arrival]) -> None:
        """Read everything these need; at least one."""
        session.flush()
        self.messages = _messages(session, arrivals)
        named = {arrival.row_id for arrival in arrivals if not arrival.personal}
        self._mailings = set(session.scalars(_MAILINGS, {"ids": list(named)})) if named else set()
        self.links = _links(session, self._mailings | {known.mailing_id for known in self.messages.values()})
        self.bursts: dict[int, datetime] = {}
        """Messages of which a filter tries every link, and when it was found out."""
        self._hits: list[dict[str, Any]] = []
        self._lines: list[dict[str, Any]] = []
        self._marked: set[int] = set()
        self._spoke: set[int] = set()
        self._opened_on: dict[int, date] = {}
        self._counted: dict[tuple[int, HitKind, bool], int] = defaultdict(int)

    def mailing_of(self, arrival: Arrival) -> int | None:
        """The mailing it belongs to, if there is one."""
        if not arrival.personal:
            return arrival.row_id if arrival.row_id in self._mailings else None
        known = self.messages.get(arrival.row_id)
        return known.mailing_id if known else None

    def hit(self, known: Known, arrival: Arrival, signal: Signal | None) -> None:
        """A hit with a person's message."""
        self._hits.append(_row(arrival, known.mailing_id, known.id, signal))
        known.seen.append(Seen(arrival.kind, arrival.link, signal is not None, arrival.at))

    def count(self, mailing_id: int, arrival: Arrival, signal: Signal | None) -> None:
        """A hit with the mailing alone."""
        self._hits.append(_row(arrival, mailing_id, None, signal))
        self._counted[mailing_id, arrival.kind, signal is not None] += 1

    def note(self, line: dict[str, Any]) -> None:
        """A line for the ledger: :class:`Activity`'s columns."""
        self._lines.append(line)

    def mark(self, known: Known, name: str, at: datetime) -> None:
        """Set the first time of something, unless it is set."""
        if getattr(known, name) is None:
            setattr(known, name, at)
            self._marked.add(known.id)

    def speaks(self, known: Known) -> None:
        """Her silence has ended."""
        if known.silent_since is not None:
            self._spoke.add(known.person_key)

    def opened_last(self, known: Known, at: datetime) -> None:
        """She who lets only that be kept has opened something on this day."""
        self._opened_on[known.person_key] = max(self._opened_on.get(known.person_key, at.date()), at.date())

    def write(self, session: Session) -> None:
        """Everything at once; with the totals alone what concerns people who have withdrawn, or are gone, since it was judged."""
        self._forget(session)
        insert_all(session, Hit, self._hits)
        if self._lines:
            ledger.note_many(session, self._lines)
        if self._marked:
            session.connection().execute(_MARK, [self._first_times(self.messages[each]) for each in sorted(self._marked)])
        if self._spoke:
            session.connection().execute(_SPEAKS, {"ids": list(self._spoke)})
        if self._opened_on:
            session.connection().execute(_OPENED_LAST, [{"which": person, "day": day} for person, day in self._opened_on.items()])
        totals.add(session, self._counted)

    def _forget(self, session: Session) -> None:
        """Judging held no turn of the writer: somebody may have said no while the turn was waited for."""
        people = {row["message_id"]: self.messages[row["message_id"]].person_key for row in self._hits if row["message_id"] is not None}
        found = session.execute(_LEVELS, {"ids": list(set(people.values()))}).all() if people else ()
        levels = {person: level for person, level in found}  # noqa: C416  # the pairs are rows
        withdrawn = {message_id for message_id, person in people.items() if levels.get(person) != Tracking.INDIVIDUAL}
        silent = {message_id for message_id in withdrawn if levels.get(people[message_id]) == Tracking.NONE}
        self._hits = [row for row in self._hits if row["message_id"] not in silent]
        for row in self._hits:
            if row["message_id"] in withdrawn:
                row["message_id"] = None
                self._counted[row["mailing_id"], row["kind"], row["machine"]] += 1
        self._lines = [line for line in self._lines if line["message_id"] not in withdrawn]
        self._marked -= withdrawn
        self._spoke = {person for person in self._spoke if levels.get(person) == Tracking.INDIVIDUAL}
        self.bursts = {message_id: at for message_id, at in self.bursts.items() if message_id not in withdrawn}

    def _first_times(self, known: Known) -> dict[str, Any]:
        return {"which": known.id, **{f"new_{name}": getattr(known, name) for name in _FIRSTS}}


def _messages(session: Session, arrivals: Sequence[Arrival]) -> dict[int, Known]:
    asked = {"ids": list({arrival.row_id for arrival in arrivals if arrival.personal})}
    found = {row.id: Known(*row) for row in session.execute(_MESSAGES, asked)}
    for message_id, *seen in session.execute(_SEEN, {**asked, "since": min(arrival.at for arrival in arrivals) - HOUR}):
        if message_id in found:
            found[message_id].seen.append(Seen(*seen))
    return found


def _links(session: Session, mailing_ids: Collection[int]) -> dict[int, dict[int, str]]:
    links: dict[int, dict[int, str]] = defaultdict(dict)
    for mailing_id, number, url in session.execute(_LINKS, {"ids": list(mailing_ids)}):
        links[mailing_id][number] = url
    return links


def _row(arrival: Arrival, mailing_id: int, message_id: int | None, signal: Signal | None) -> dict[str, Any]:
    return {
        "at": arrival.at,
        "kind": arrival.kind,
        "mailing_id": mailing_id,
        "message_id": message_id,
        "link_number": arrival.link,
        "machine": signal is not None,
        "signal": signal or "",
    }
