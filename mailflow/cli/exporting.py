"""The command that takes people's data out into a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailflow.foundation.language import Words

if TYPE_CHECKING:
    from mailflow.foundation.database import Database
    from mailflow.segments.exporting.take import Taken

_REFUSED: dict[str, Words] = {
    "no-list": {"en": "There is no such list.", "es": "No hay tal lista."},
    "no-segment": {"en": "There is no such segment, or it needs mending.", "es": "No hay tal segmento, o hay que arreglarlo."},
    "no-column": {"en": "There is no such column; there are: {offered}", "es": "No hay tal columna; hay: {offered}"},
    "no-columns": {"en": "Name at least one column of: {offered}", "es": "Di al menos una columna de: {offered}"},
    "no-form": {"en": "The file's name must end in .csv, .xlsx or .jsonl.", "es": "El archivo debe acabar en .csv, .xlsx o .jsonl."},
    "no-file": {"en": "{file} cannot be written.", "es": "No se puede escribir {file}."},
}
_DONE: Words = {"en": "{rows} people are in {file}. It is written down.", "es": "{rows} personas están en {file}. Queda anotado."}


def export(
    file: Annotated[Path, typer.Argument(help="A new file that ends in .csv, .xlsx or .jsonl.")],
    *,
    slug: Annotated[str, typer.Option("--list", help="Only who is in this list.")] = "",
    segment: Annotated[int | None, typer.Option(help="Only who is in the segment of this number.")] = None,
    columns: Annotated[str, typer.Option(help="Columns by name, apart by commas; left out, all.")] = "",
) -> None:
    """Take out everybody, a list or a segment; who did it and when is written down."""
    from sqlalchemy import select

    from mailflow.audience.models import List
    from mailflow.cli.speech import amount, tell
    from mailflow.cli.start import open_ready
    from mailflow.foundation.clock import utc_now
    from mailflow.foundation.settings import read_settings
    from mailflow.segments.exporting.people import offered
    from mailflow.segments.exporting.take import Taken
    from mailflow.segments.exporting.words import EVERYBODY, ExportError, Form, Wanted

    form = file.suffix.removeprefix(".").lower()
    if form not in set(Form):
        raise _refused("no-form")
    database = open_ready(read_settings())
    with database.read() as session:
        every = offered(session)
        number = session.scalar(select(List.id).where(List.slug == slug)) if slug else None
    what = f"list:{number or 0}" if slug else f"segment:{segment}" if segment is not None else EVERYBODY
    named = tuple(one.strip() for one in columns.split(",") if one.strip()) if columns else tuple(every)
    try:
        taken = Taken(database, Wanted(what, named, Form(form)), now=utc_now())
    except ExportError as error:
        raise _refused(error.word, offered=", ".join(every)) from error
    _write(database, taken, file)
    typer.echo(tell(_DONE, rows=amount(taken.rows), file=file))


def _write(database: "Database", taken: "Taken", file: Path) -> None:
    from mailflow.foundation.clock import utc_now

    try:
        with file.open("xb") as out:
            file.chmod(0o600)
            with database.begin() as session:
                taken.begin(session, by="command", now=utc_now())
            out.writelines(taken.pieces())
    except OSError:
        raise _refused("no-file", file=file) from None
    with database.begin() as session:
        taken.end(session)


def _refused(word: str, **values: object) -> typer.Exit:
    from mailflow.cli.speech import Refused, not_done

    return not_done(Refused(_REFUSED[word], **values))
