"""The steps of an import from the command line; each transaction is one block's, so it may be interrupted anywhere."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.importing.bring import bring
from mailflow.audience.importing.carry import Carrier
from mailflow.audience.importing.check import Check
from mailflow.audience.importing.columns import guess, plain
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.reading import read
from mailflow.audience.importing.report import report
from mailflow.audience.importing.words import EMAIL, IGNORED, LANGUAGE, Basis, FileError, Grounds, ImportState, Plan, Sheet
from mailflow.audience.models import List
from mailflow.cli.imports.words import NotImportedError
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring

Told = Callable[[Import], None]


class Asked(NamedTuple):
    """What was asked for: a list's slug, columns as "name=target", and on what grounds these people are written to."""

    slug: str
    columns: Sequence[str]
    basis: Basis
    wording: str


def read_file(file: Path) -> Sheet:
    """The file's rows. NotImportedError: it cannot be read."""
    try:
        return read(file.read_bytes())
    except OSError:
        raise NotImportedError("missing", file=file) from None
    except FileError as error:
        raise NotImportedError(error.word, file=file.name) from None


def take_in(database: Database, sheet: Sheet, name: str, asked: Asked) -> int:
    """Keep the file's rows with what each column holds, guessed or said; the import's number."""
    if not asked.wording.strip():
        raise NotImportedError("no-wording")
    with database.begin() as session:
        mapping = _mapping(session, sheet, asked.columns)
        if EMAIL not in mapping.values():
            raise NotImportedError("no-addresses", file=name, columns=", ".join(sheet.header))
        plan = Plan(name, _list(session, asked.slug), mapping, Grounds(asked.basis, asked.wording.strip()))
        return bring(session, sheet, plan, now=utc_now()).id


def try_out(database: Database, number: int, ring: Ring) -> Import:
    """Write down what would become of each row."""
    with database.read() as session:
        check = Check(session, session.get_one(Import, number), ring=ring, now=utc_now())
    while True:
        with database.begin() as session:
            brought = session.get_one(Import, number)
            if not check.check_block(session, brought):
                return brought


def carry_in(database: Database, number: int, ring: Ring, told: Told) -> Import:
    """Bring in all that is left; ``told`` hears after each block how far it is."""
    with database.read() as session:
        carrier = Carrier(session, session.get_one(Import, number), ring=ring)
    while True:
        with database.begin() as session:
            brought = carrier.carry_block(session, now=utc_now())
        told(brought)
        if brought.state == ImportState.DONE:
            return brought


def interrupted(database: Database, number: int | None) -> int:
    """The number of an import that can be gone on with. NotImportedError: this one cannot."""
    with database.read() as session:
        going = select(Import.id).where(Import.state.in_((ImportState.CHECKED, ImportState.RUNNING))).order_by(Import.id)
        found = list(session.scalars(going))
    if number is None or number not in found:
        raise NotImportedError("not-stopped" if number else "no-file", number=number, open=", ".join(map(str, found)) or "–")
    return number


def write_report(database: Database, number: int, file: Path) -> None:
    """What became of each row that did not come in whole."""
    with database.read() as session, file.open("w", encoding="utf-8-sig", newline="") as out:
        out.writelines(report(session, session.get_one(Import, number)))


def forget(database: Database, number: int) -> None:
    """Keep nothing of a file that nobody wants carried in."""
    with database.begin() as session:
        session.delete(session.get_one(Import, number))


def _mapping(session: Session, sheet: Sheet, said: Sequence[str]) -> dict[str, str]:
    registry = fields(session)
    mapping = guess(sheet.header, sheet.rows, registry)
    places = {plain(name): str(place) for place, name in enumerate(sheet.header)}
    targets = [EMAIL, LANGUAGE, *(field.key for field in registry)]
    for one in said:
        name, equals, target = one.rpartition("=")
        place = places.get(plain(name))
        if not equals or place is None or target.strip() not in (*targets, IGNORED):
            raise NotImportedError("no-column", said=one, columns=", ".join(sheet.header), targets=", ".join(targets))
        mapping = {other: held for other, held in mapping.items() if other != place and held != target.strip()}
        mapping |= {place: target.strip()} if target.strip() else {}
    return mapping


def _list(session: Session, slug: str) -> int:
    known: Mapping[str, int] = dict(session.execute(select(List.slug, List.id).order_by(List.position)).all())
    if slug not in known:
        raise NotImportedError("no-list", slug=slug, lists=", ".join(known))
    return known[slug]
