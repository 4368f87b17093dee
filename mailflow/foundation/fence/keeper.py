"""A process's own view of the fence: looked at when it begins, and at each sign of life of a sender."""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.orm import Session

from mailflow.foundation.database import Database, Instant, columns
from mailflow.foundation.fence.folder import one_at_a_time, read_note, set_journals_aside, write_note
from mailflow.foundation.fence.marks import place_of
from mailflow.foundation.fence.models import Instance
from mailflow.foundation.fence.rules import judge
from mailflow.foundation.fence.words import Finding, Known, Note
from mailflow.foundation.keys import had_keys
from mailflow.foundation.upsert import insert_new

OTHER_LIFE = "released"
"""The database was released while this process ran: what the process remembers is of before, so it should end and begin anew."""
_WELCOME = (Finding.WELL, Finding.JOINS)
_NEW = timedelta(minutes=10)
"""A database whose first key is younger was made just now."""
_REMEMBERED = 50
_i = columns(Instance)
_KNOWN: tuple[Any, ...] = (_i.name, _i.former, _i.age, _i.place, _i.held, _i.held_at, _i.seen_at)
_ALL = select(*_KNOWN)
_LAST = case((_i.held == "", bindparam("at", type_=_i.seen_at.type)), else_=_i.seen_at)
"""While it is held, the last that it knows of stays readable."""
_COUNT = update(Instance.__table__).values(age=_i.age + 1, seen_at=_LAST).returning(*_KNOWN)  # type: ignore[arg-type]
_LIVING = timedelta(hours=1)
"""A database that many share, of which nobody was heard for so long, may be one of back then: server's files put back, say."""


def known(session: Session) -> Known | None:
    """What the database says of itself; None before any process has begun on it."""
    row = session.execute(_ALL).first()
    return None if row is None else _from(row)


def introduce(session: Session, *, now: datetime) -> Known:
    """What the database says of itself, after it was given a name and a place where it had none."""
    place, now = place_of(session), _clock(session, now)
    fresh = {"number": 1, "name": secrets.token_hex(8), "former": [], "age": 1, "place": place, "held": "", "seen_at": now}
    insert_new(session, Instance, [fresh])
    session.execute(update(Instance).where(Instance.place == "").values(place=place))
    found = known(session)
    assert found is not None  # noqa: S101  # it was just written
    return found


def hold(session: Session, why: str, *, now: datetime) -> None:
    """Let nobody send from this database until it is released; the first reason stands."""
    session.execute(update(Instance).where(Instance.held == "").values(held=why, held_at=now))


def release(session: Session) -> None:
    """Let this database send again, under another name: who remembers it by the old one remembers what is no longer so."""
    found = known(session)
    if found is None or not found.held:
        return
    former = [*found.former, found.instance][-_REMEMBERED:]
    fresh = {"name": secrets.token_hex(8), "former": former, "place": place_of(session), "held": "", "held_at": None}
    session.execute(update(Instance).where(Instance.name == found.instance).values(fresh))


class Fence:
    """Compares the database with the data folder, and says why nothing may leave."""

    def __init__(self, home: Path) -> None:
        """``home``: the data folder."""
        self._home = home
        self._instance = ""
        self._to_note: tuple[str, int] | None = None

    def begin(self, database: Database, *, now: datetime) -> str:
        """When a process begins: why nothing may leave, or "". Journals of another life of the database are set aside first."""
        with one_at_a_time(self._home):
            note, mark = read_note(self._home)  # before the database: what is counted in between must not look like its going back
            with database.begin() as session:
                finding, found = _compare(session, note, mark, now)
            if finding == Finding.JOINS and not found.held:
                set_journals_aside(self._home, now=now)
            if finding in _WELCOME and not found.held:
                write_note(self._home, found.instance, found.age)
        return found.held or ("" if finding in _WELCOME else finding)

    def look(self, session: Session) -> str:
        """Why nothing may leave, or "". Writes nothing."""
        told = read_note(self._home)
        found = known(session)
        return "" if found is None else self._word(found, *told)

    def count(self, session: Session, *, now: datetime) -> str:
        """A sender's sign of life, and why nothing may leave, or ""; call ``keep`` once this was committed."""
        told = read_note(self._home)
        row = session.execute(_COUNT, {"at": _clock(session, now)}).first()
        if row is None:  # a database that no process began on, as tests make them
            return ""
        found = _from(row)
        held = self._word(found, *told)
        if held == Finding.RESTORED:
            hold(session, held, now=now)
        self._to_note = None if held else (found.instance, found.age)
        return held

    def keep(self) -> None:
        """Note outside the database what it said when it last counted; a full disk is no reason to stop."""
        if self._to_note is not None:
            with suppress(OSError):
                write_note(self._home, *self._to_note)

    def trust(self, session: Session, *, now: datetime) -> None:
        """Take this data folder for what it is, a copy or not; its journals tell of what another may have in hand."""
        found = introduce(session, now=now)
        set_journals_aside(self._home, now=now)
        write_note(self._home, found.instance, found.age)

    def _word(self, found: Known, note: Note | None, mark: str) -> str:
        if self._instance not in ("", found.instance):
            return OTHER_LIFE
        self._instance = found.instance
        finding = judge(found, note, place="", mark=mark)
        return found.held or ("" if finding in _WELCOME else finding)


def _compare(session: Session, note: Note | None, mark: str, now: datetime) -> tuple[Finding, Known]:
    """A database without a name is new, or of a version that knew no fence: too old for a folder that has a note."""
    if known(session) is None:
        finding = Finding.RESTORED if note and had_keys(session, before=now - _NEW) else Finding.WELL
        found = introduce(session, now=now)
    else:
        found = introduce(session, now=now)
        finding = judge(found, note, place=place_of(session), mark=mark, silent=_is_silent(session, found, now))
    if finding in _WELCOME and not found.held:
        found = _from(session.execute(_COUNT, {"at": _clock(session, now)}).one())
    if finding == Finding.RESTORED:
        hold(session, finding, now=now)
        found = found._replace(held=found.held or finding)
    return finding, found


def _is_silent(session: Session, found: Known, now: datetime) -> bool:
    """Asked where many share a database; one computer's own file is known by its place."""
    if session.get_bind().dialect.name == "sqlite" or found.seen_at is None:
        return False
    return _clock(session, now) - found.seen_at > _LIVING


def _clock(session: Session, now: datetime) -> datetime:
    """The server's, where there is one: computers may differ, and what one of them writes another compares."""
    if session.get_bind().dialect.name == "sqlite":
        return now
    return session.scalar(select(func.clock_timestamp(type_=Instant()))) or now


def _from(row: Any) -> Known:
    name, former, age, place, held, held_at, seen_at = row
    return Known(name, tuple(former), age, place, held, held_at, seen_at)
