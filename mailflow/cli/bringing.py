"""The command that brings people in from a file: shows what each column is taken for, tries it out, asks, carries in."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailflow.audience.importing.words import Basis, Policies, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailflow.audience.importing.models import Import
    from mailflow.foundation.database import Database
    from mailflow.foundation.language import Words
    from mailflow.foundation.ring import Ring


class Refused(StrEnum):
    """Addresses that can be refused."""

    ROLE = "role"
    DISPOSABLE = "disposable"
    NONE = "none"


_EVERY = 50
"""Blocks between two lines that say how far it is."""


def import_(
    file: Annotated[Path | None, typer.Argument(help="A CSV or Excel file; its first line names the columns.")] = None,
    *,
    to: Annotated[str, typer.Option("--list", help="The list they join.")] = "newsletter",
    basis: Annotated[Basis, typer.Option(help="Why they may be written to: they agreed, or they are customers.")] = Basis.CONSENT,
    wording: Annotated[str, typer.Option(help="Where and how they agreed, in a sentence; kept with each person as proof.")] = "",
    column: Annotated[list[str] | None, typer.Option(help='What a column holds: "Correo=email", or "Notas=" to leave it out.')] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    report: Annotated[Path | None, typer.Option(help="Where to write what became of rows that did not come in whole.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    resume: Annotated[int | None, typer.Option(help="Go on with the import of this number, which was interrupted.")] = None,
    refuse: Annotated[list[Refused] | None, typer.Option(help="Whose addresses to refuse; otherwise the report names them.")] = None,
) -> None:
    """Bring people in from a CSV or Excel file, after saying what would become of every row."""
    from mailflow.cli.imports.bring_in import Asked, interrupted, is_running, take_in, work
    from mailflow.cli.imports.words import SURE, WOULD, NotImportedError
    from mailflow.cli.speech import is_sure, not_done
    from mailflow.cli.start import open_ready
    from mailflow.foundation.ring import open_ring
    from mailflow.foundation.settings import read_settings

    database = open_ready(settings := read_settings())
    ring = open_ring(database, settings)
    try:
        refused = refuse or [Refused.DISPOSABLE]
        policies = Policies(*(Policy.REFUSE if each in refused else Policy.MARK for each in (Refused.ROLE, Refused.DISPOSABLE)))
        asked = Asked(to, column or [], basis, wording, policies)
        number = interrupted(database, resume) if file is None else take_in(database, file, asked)
        was_asked = is_running(database, number)
        tried = work(database, number, ring, _progress)
    except NotImportedError as refusal:
        raise not_done(refusal) from refusal
    if not was_asked:
        _say(WOULD, tried, columns=True)
    _go_on(database, ring, number, report, brings=not dry_run and (yes or was_asked or is_sure(SURE)))


def undo(number: Annotated[int, typer.Argument(help="The import's number.")]) -> None:
    """Take back what an import did: people who did nothing since, places in the list, values it filled in. Nothing else."""
    from mailflow.cli.imports.bring_in import take_back, work
    from mailflow.cli.imports.words import BACK, TAKEN_BACK, NotImportedError
    from mailflow.cli.speech import not_done, tell
    from mailflow.cli.start import open_ready
    from mailflow.foundation.ring import open_ring
    from mailflow.foundation.settings import read_settings

    database = open_ready(settings := read_settings())
    try:
        take_back(database, number)
    except NotImportedError as refusal:
        raise not_done(refusal) from refusal
    brought = work(database, number, open_ring(database, settings), _progress)
    typer.echo(tell(BACK))
    _count(TAKEN_BACK, brought.taken_back)


def stop(number: Annotated[int, typer.Argument(help="The import's number.")]) -> None:
    """Stop an import before its next block; who came in by then stays."""
    from mailflow.cli.imports import bring_in
    from mailflow.cli.imports.words import STOPPED, NotImportedError
    from mailflow.cli.speech import not_done
    from mailflow.cli.start import open_ready
    from mailflow.foundation.settings import read_settings

    try:
        _say(STOPPED, bring_in.stop(open_ready(read_settings()), number))
    except NotImportedError as refusal:
        raise not_done(refusal) from refusal


def _go_on(database: "Database", ring: "Ring", number: int, report: Path | None, *, brings: bool) -> None:
    from mailflow.cli.imports import words
    from mailflow.cli.imports.bring_in import begin_carrying, forget, work, write_report
    from mailflow.cli.speech import tell

    if brings:
        typer.echo(tell(words.NUMBER, number=number))
        begin_carrying(database, number)
        _say(words.DID, work(database, number, ring, _progress))
    if report is not None:
        write_report(database, number, report)
        typer.echo(tell(words.REPORT, file=report))
    if not brings:
        forget(database, number)
        typer.echo(tell(words.UNTOUCHED))


def _say(sentence: "Words", brought: "Import", *, columns: bool = False) -> None:
    from mailflow.cli.imports import words
    from mailflow.cli.speech import amount, tell

    for place, name in enumerate(brought.header) if columns else ():
        typer.echo(tell(words.COLUMN, name=name, target=brought.mapping.get(str(place)) or tell(words.IGNORED)))
    typer.echo(tell(sentence, rows=amount(brought.rows)))
    _count(words.OUTCOMES, brought.counts or brought.expected)


def _count(sentences: "Mapping[str, Words]", counts: "Mapping[str, int]") -> None:
    from mailflow.cli.speech import amount, tell

    for word, sentence in sentences.items():
        if counts.get(word):
            typer.echo(f"{amount(counts[word]):>12}  {tell(sentence)}")


def _progress(brought: "Import") -> None:
    from mailflow.audience.importing.queries import progress
    from mailflow.audience.importing.words import ImportState
    from mailflow.cli.imports.words import PROGRESS, READING
    from mailflow.cli.speech import amount, tell
    from mailflow.foundation.clock import utc_now

    told = progress(brought, now=utc_now())
    if (brought.done or brought.tried or brought.blocks) % _EVERY or told.state in (ImportState.CHECKED, ImportState.DONE):
        return
    if told.state == ImportState.READING:
        typer.echo(tell(READING, rows=amount(brought.rows)))
    else:
        typer.echo(tell(PROGRESS, done=amount(told.done), rows=amount(told.total)))
