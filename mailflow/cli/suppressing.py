"""Commands about who gets nothing: looked up, put on, taken off, brought in from a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailflow.audience.words import Scope
from mailflow.foundation.language import Words

if TYPE_CHECKING:
    from mailflow.foundation.database import Database
    from mailflow.foundation.ring import Ring

suppression = typer.Typer(no_args_is_help=True, help="Who gets nothing: addresses, domains, and lists of people who want no advertising.")
_COMMAND = "command"
_Scoped = Annotated[str, typer.Option(help="everything, marketing, or list: and a list's number.")]
_Note = Annotated[str, typer.Option(help="Why; kept for whoever looks next year.")]

BROUGHT: Words = {
    "en": "{added} are new, {known} were known, {unread} lines could not be read.",
    "es": "{added} son nuevas, {known} ya estaban, {unread} líneas no se pudieron leer.",
}
NO_FILE: Words = {"en": "{file} cannot be read.", "es": "No se puede leer {file}."}
NO_MARK: Words = {
    "en": "Write an address, a domain such as @example.com, or a SHA-256 or MD5 of an address.",
    "es": "Escribe una dirección, un dominio como @example.com, o el SHA-256 o MD5 de una dirección.",
}
NO_SCOPE: Words = {"en": "A scope is everything, marketing, or list:3.", "es": "El alcance es everything, marketing o list:3."}
ON: Words = {"en": "Blocked.", "es": "Bloqueada."}
ON_ALREADY: Words = {"en": "It was blocked already.", "es": "Ya estaba bloqueada."}
FREE: Words = {"en": "Not blocked.", "es": "No está bloqueada."}
ROW: Words = {"en": "{number}: {reason}, {scope}, since {at}, {by} {note}", "es": "{number}: {reason}, {scope}, desde {at}, {by} {note}"}
LIFTED: Words = {"en": "{number}: {outcome}", "es": "{number}: {outcome}"}


@suppression.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="One address, or one SHA-256 or MD5 of an address, a line.")],
    *,
    scope: _Scoped = Scope.MARKETING,
    note: _Note = "",
) -> None:
    """Bring in a list of people who want no advertising (Lista Robinson); what is known already stays as it is."""
    from mailflow.audience.robinson import Terms, bring_in, slices, tell
    from mailflow.audience.words import SuppressionReason
    from mailflow.cli.speech import amount
    from mailflow.cli.speech import tell as say
    from mailflow.foundation.clock import utc_now

    database, ring = _opened()
    terms = Terms(_scope(scope), SuppressionReason.ROBINSON, _COMMAND, note or file.name)
    added = seen = unread = 0
    try:
        with file.open("rb") as content:
            for some in slices(content, ring=ring):
                with database.begin() as session:
                    added += bring_in(session, some, terms, now=utc_now())
                seen, unread = seen + len(some.marks), unread + some.unread
    except OSError:
        raise _refused(NO_FILE, file=file) from None
    with database.begin() as session:
        tell(session, terms, added, now=utc_now())
    typer.echo(say(BROUGHT, added=amount(added), known=amount(seen - added), unread=amount(unread)))


@suppression.command("add")
def add(what: str, *, scope: _Scoped = Scope.EVERYTHING, note: _Note = "") -> None:
    """Block an address, a domain or a digest."""
    from mailflow.audience.suppression import mark_of, suppress
    from mailflow.audience.words import SuppressionReason
    from mailflow.cli.speech import tell
    from mailflow.foundation.clock import utc_now

    database, ring = _opened()
    mark = mark_of(what, ring=ring)
    if mark is None:
        raise _refused(NO_MARK)
    facts = {"scope": _scope(scope), "by": _COMMAND, "note": note}
    with database.begin() as session:
        new = suppress(session, mark, SuppressionReason.BY_HAND, ring=ring, now=utc_now(), **facts)
    typer.echo(tell(ON if new else ON_ALREADY))


@suppression.command("show")
def show(what: str) -> None:
    """Why an address, a domain or a digest gets nothing, and since when."""
    from mailflow.audience.suppression_page import look_up
    from mailflow.cli.speech import tell

    database, ring = _opened()
    with database.read() as session:
        known = look_up(session, what, ring=ring)
        if known is None:
            raise _refused(NO_MARK)
        for row in known.rows:
            typer.echo(tell(ROW, number=row.id, reason=row.reason, scope=row.scope, at=f"{row.at:%Y-%m-%d}", by=row.by, note=row.note))
    if not known.rows:
        typer.echo(tell(FREE))


@suppression.command("lift")
def lift(what: str, *, note: Annotated[str, typer.Option(prompt=True, help="Why.")]) -> None:
    """Let mail go there again; never to who complained or was erased: those only let themselves back in."""
    from mailflow.audience.lifting import Lifted
    from mailflow.audience.lifting import lift as verb
    from mailflow.audience.suppression_page import look_up
    from mailflow.cli.speech import tell
    from mailflow.foundation.clock import utc_now

    database, ring = _opened()
    with database.begin() as session:
        known = look_up(session, what, ring=ring)
        outcomes = {row.id: verb(session, row.id, by=_COMMAND, note=note, now=utc_now()) for row in known.rows} if known else {}
    for number, outcome in outcomes.items():
        typer.echo(tell(LIFTED, number=number, outcome=outcome))
    if not outcomes:
        typer.echo(tell(FREE))
    if any(outcome is not Lifted.LIFTED for outcome in outcomes.values()):
        raise typer.Exit(1)


def _opened() -> "tuple[Database, Ring]":
    from mailflow.cli.start import open_ready
    from mailflow.foundation.ring import open_ring
    from mailflow.foundation.settings import read_settings

    settings = read_settings()
    database = open_ready(settings)
    return database, open_ring(database, settings)


def _scope(text: str) -> str:
    kind, _, number = text.partition(":")
    if text not in (Scope.EVERYTHING, Scope.MARKETING) and not (kind == "list" and number.isdecimal()):
        raise _refused(NO_SCOPE)
    return str(text)


def _refused(words: Words, **values: object) -> typer.Exit:
    from mailflow.cli.speech import Refused, not_done

    return not_done(Refused(words, **values))
