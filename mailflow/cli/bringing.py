"""The command that brings people in from a file: shows what each column is taken for, tries it out, asks, carries in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailflow.audience.importing.words import Basis

if TYPE_CHECKING:
    from mailflow.audience.importing.models import Import
    from mailflow.foundation.database import Database
    from mailflow.foundation.language import Words
    from mailflow.foundation.ring import Ring

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
) -> None:
    """Bring people in from a CSV or Excel file, after saying what would become of every row."""
    from mailflow.cli.imports.bring_in import Asked, interrupted, read_file, take_in, try_out
    from mailflow.cli.imports.words import SURE, WOULD, NotImportedError
    from mailflow.cli.speech import is_sure, not_done
    from mailflow.cli.start import open_ready
    from mailflow.foundation.ring import open_ring
    from mailflow.foundation.settings import read_settings

    database = open_ready(settings := read_settings())
    ring = open_ring(database, settings)
    try:
        if file is None:
            number = interrupted(database, resume)
        else:
            number = take_in(database, read_file(file), file.name, Asked(to, column or [], basis, wording))
            _say(WOULD, try_out(database, number, ring), columns=True)
    except NotImportedError as refusal:
        raise not_done(refusal) from refusal
    _go_on(database, ring, number, report, brings=not dry_run and (yes or file is None or is_sure(SURE)))


def _go_on(database: "Database", ring: "Ring", number: int, report: Path | None, *, brings: bool) -> None:
    from mailflow.cli.imports import words
    from mailflow.cli.imports.bring_in import carry_in, forget, write_report
    from mailflow.cli.speech import tell

    if brings:
        typer.echo(tell(words.NUMBER, number=number))
        _say(words.DID, carry_in(database, number, ring, _progress))
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
    counts = brought.counts or brought.expected
    for outcome, sentences in words.OUTCOMES.items():
        if counts.get(outcome):
            typer.echo(f"{amount(counts[outcome]):>12}  {tell(sentences)}")


def _progress(brought: "Import") -> None:
    from mailflow.audience.importing.bring import BLOCK
    from mailflow.cli.imports.words import PROGRESS
    from mailflow.cli.speech import amount, tell

    if brought.done % _EVERY == 0:
        typer.echo(tell(PROGRESS, done=amount(min(brought.done * BLOCK, brought.rows)), rows=amount(brought.rows)))
