"""The steps of an import from the command line, the same as the scheduler's; it may be interrupted anywhere."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.importing.asking import cancel, settle, start, targets, undo
from mailflow.audience.importing.columns import plain
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.report import report
from mailflow.audience.importing.stepping import step
from mailflow.audience.importing.taking import take_file
from mailflow.audience.importing.words import IGNORED, WORKED_ON, AskReason, Basis, FileError, Grounds, ImportState, Plan, Policies
from mailflow.audience.models import List
from mailflow.cli.imports.words import NotImportedError
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring

Told = Callable[[Import], None]
_OPEN = (*WORKED_ON, ImportState.CHECKED)
_GOES_BACK = (ImportState.DONE, ImportState.CANCELLED, ImportState.UNDOING)


class Asked(NamedTuple):
    """What was asked for: a list's slug, columns as "name=target", on what grounds these people are written to, and policies."""

    slug: str
    columns: Sequence[str]
    basis: Basis
    wording: str
    policies: Policies = Policies()


def take_in(database: Database, file: Path, asked: Asked) -> int:
    """Keep the file with what each column holds, guessed or said; the import's number. NotImportedError: it cannot be read, or settled."""
    if not asked.wording.strip():
        raise NotImportedError("no-wording")
    try:
        number = take_file(database, file, file.name, now=utc_now())
    except OSError:
        raise NotImportedError("missing", file=file) from None
    except FileError as error:
        raise NotImportedError(error.word, file=file.name) from None
    try:
        with database.begin() as session:
            _settle(session, session.get_one(Import, number), asked)
    except NotImportedError:
        forget(database, number)
        raise
    return number


def work(database: Database, number: int, ring: Ring, told: Told) -> Import:
    """Do all that can be done without anybody being asked; ``told`` hears after each block how far it is."""
    goes_on = True
    while goes_on:
        goes_on = step(database, number, ring=ring, now=utc_now())
        with database.read() as session:
            brought = session.get_one(Import, number)
        told(brought)
    if brought.state == ImportState.FAILED:
        raise NotImportedError(brought.fault, file=brought.name)
    return brought


def begin_carrying(database: Database, number: int) -> None:
    """Let those in whom the trial let in."""
    with database.begin() as session:
        start(session, session.get_one(Import, number), now=utc_now())


def interrupted(database: Database, number: int | None) -> int:
    """The number of an import that can be gone on with. NotImportedError: this one cannot."""
    found = _numbers(database, _OPEN)
    if number is None or number not in found:
        raise NotImportedError("not-stopped" if number else "no-file", number=number, open=", ".join(map(str, found)) or "–")
    return number


def is_running(database: Database, number: int) -> bool:
    """Whether somebody has said already that its people may come in."""
    with database.read() as session:
        return session.get_one(Import, number).state == ImportState.RUNNING


def take_back(database: Database, number: int) -> None:
    """Have an import undone. NotImportedError: this one cannot be."""
    found = _numbers(database, _GOES_BACK)
    with database.begin() as session:
        brought = session.get(Import, number)
        if brought is None or brought.state not in _GOES_BACK:
            raise NotImportedError("not-back", number=number, open=", ".join(map(str, found)) or "–")
        if undo(session, brought, now=utc_now()).reason == AskReason.FORGOTTEN:
            raise NotImportedError("forgotten", number=number)


def stop(database: Database, number: int) -> Import:
    """Have an import stop at its next block. NotImportedError: this one has ended, or there is none."""
    with database.begin() as session:
        brought = session.get(Import, number)
        if brought is None or not cancel(session, brought, now=utc_now()):
            open_ = ", ".join(map(str, _numbers(database, _OPEN)))
            raise NotImportedError("not-stopped", number=number, open=open_ or "–")
        return brought


def write_report(database: Database, number: int, file: Path) -> None:
    """What became of each row that did not come in whole."""
    with database.read() as session, file.open("w", encoding="utf-8-sig", newline="") as out:
        out.writelines(report(session, session.get_one(Import, number)))


def forget(database: Database, number: int) -> None:
    """Keep nothing of a file that nobody wants carried in."""
    with database.begin() as session:
        session.delete(session.get_one(Import, number))


def _numbers(database: Database, states: Sequence[str]) -> list[int]:
    with database.read() as session:
        return list(session.scalars(select(Import.id).where(Import.state.in_(states)).order_by(Import.id)))


def _settle(session: Session, brought: Import, asked: Asked) -> None:
    mapping = _mapping(session, brought, asked.columns)
    plan = Plan(_list(session, asked.slug), mapping, Grounds(asked.basis, asked.wording), asked.policies)
    if not (told := settle(session, brought, plan, now=utc_now())):
        raise NotImportedError(told.reason, file=brought.name, columns=", ".join(brought.header))


def _mapping(session: Session, brought: Import, said: Sequence[str]) -> dict[str, str]:
    mapping = dict(brought.mapping)
    places = {plain(name): str(place) for place, name in enumerate(brought.header)}
    known = targets(session)
    for one in said:
        name, equals, target = one.rpartition("=")
        place = places.get(plain(name))
        if not equals or place is None or target.strip() not in (*known, IGNORED):
            raise NotImportedError("no-column", said=one, columns=", ".join(brought.header), targets=", ".join(known))
        mapping = {other: held for other, held in mapping.items() if other != place and held != target.strip()}
        mapping |= {place: target.strip()} if target.strip() else {}
    return mapping


def _list(session: Session, slug: str) -> int:
    known: Mapping[str, int] = dict(session.execute(select(List.slug, List.id).order_by(List.position)).all())
    if slug not in known:
        raise NotImportedError("no-list", slug=slug, lists=", ".join(known))
    return known[slug]
