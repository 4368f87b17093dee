"""Commands for the day something went wrong: back up, restore, release what is held."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mailflow.delivery.restored import Held
    from mailflow.foundation.language import Words

_TAKEN: "Words" = {
    "en": "{file}: {people} subscribers, {rows} rows, {size}; checked. Also in it: {files}.\n"
    "It holds personal data and the keys: only you can read it now; keep it so.",
    "es": "{file}: {people} suscriptores, {rows} filas, {size}; comprobada. También contiene: {files}.\n"
    "Guarda datos personales y las claves: ahora solo tú puedes leerla; que siga así.",
}
_WITHOUT_SECRET: "Words" = {
    "en": "MAILFLOW_SECRET_KEY is not in it: keep it elsewhere, without it the backup cannot be used.",
    "es": "MAILFLOW_SECRET_KEY no está dentro: guárdala aparte; sin ella la copia no sirve.",
}
_BACK: "Words" = {
    "en": "Put back as it was at {taken}: {people} subscribers, {rows} rows.\n"
    "Nothing leaves until you say “mailflow release”: what waits in it may have been sent since.",
    "es": "Recuperado tal como estaba a las {taken}: {people} suscriptores, {rows} filas.\n"
    "Nada sale hasta que digas «mailflow release»: lo que espera puede haberse enviado después.",
}
_NOTHING_HELD: "Words" = {
    "en": "Nothing is held: mail leaves as ever.",
    "es": "No hay nada retenido: el correo sale como siempre.",
}
_HELD: "Words" = {
    "en": "Nothing leaves since {since}: this database came back from a backup or is a copy. The last it knows of is of {last}.",
    "es": "Nada sale desde {since}: esta base viene de una copia. Lo último que sabe es de {last}.",
}
_GOING: "Words" = {
    "en": "  campaign “{name}”: {people} people had not got it then; it will be paused, go on with it or cancel it on its page",
    "es": "  campaña «{name}»: {people} personas no la tenían aún; quedará en pausa: sigue o cancélala en su página",
}
_OVERDUE: "Words" = {
    "en": "  campaign “{name}”: its hour has passed since; it will be held, send or cancel it on its page",
    "es": "  campaña «{name}»: su hora pasó después; quedará retenida: envíala o cancélala en su página",
}
_STEPS: "Words" = {
    "en": "  sequences: {count} messages may have gone since; they will be in doubt, decide on each sequence's page",
    "es": "  secuencias: {count} mensajes pueden haber salido después; quedarán en duda: decide en la página de cada una",
}
_OTHER: "Words" = {
    "en": "If the installation it was copied from still runs, stop it first: two would write to the same people.",
    "es": "Si la instalación de la que se copió sigue en marcha, detenla antes: dos escribirían a las mismas personas.",
}
_SURE: "Words" = {"en": "Release it? [y/N]", "es": "¿Liberarlo? [s/N]"}
_RELEASED: "Words" = {
    "en": "Released. What is not named above goes on within seconds.",
    "es": "Hecho. Lo que no se nombra arriba sigue en segundos.",
}
_COPIED: "Words" = {
    "en": "This data folder is a copy, or another database's, so its senders begin nothing.\n"
    "If the one it was copied from is gone for good, it may be taken for its successor.",
    "es": "Esta carpeta de datos es una copia, o de otra base, y sus emisores no empiezan nada.\n"
    "Si la original ya no existe, puede ocupar su lugar.",
}


def backup(file: Path) -> None:
    """Write everything to one new FILE while mail goes on leaving; it is checked before it is there."""
    from mailflow.cli.backup.take import take
    from mailflow.cli.backup.words import SECRET, BackupError
    from mailflow.cli.speech import amount, not_done, size, tell
    from mailflow.foundation.clock import utc_now
    from mailflow.foundation.settings import read_settings

    try:
        made = take(read_settings(), file, now=utc_now())
    except BackupError as error:
        raise not_done(error) from error
    files = ", ".join(made.files) or "–"
    typer.echo(tell(_TAKEN, file=file, people=amount(made.people), rows=amount(made.total), size=size(file.stat().st_size), files=files))
    if SECRET not in made.files:
        typer.echo(tell(_WITHOUT_SECRET))


def restore(file: Path) -> None:
    """Put a backup back into an empty installation; nothing leaves until it is released."""
    from mailflow.cli.backup.put_back import put_back
    from mailflow.cli.backup.words import BackupError
    from mailflow.cli.speech import amount, not_done, tell
    from mailflow.cli.start import open_ready
    from mailflow.foundation.settings import read_settings

    settings = read_settings()
    try:
        made = put_back(settings, file)
    except BackupError as error:
        raise not_done(error) from error
    open_ready(settings).close()
    typer.echo(tell(_BACK, taken=made.taken_at[:16].replace("T", " ") + " UTC", people=amount(made.people), rows=amount(made.total)))


def release(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Let a restored or copied installation send again; says first what waits and what may have gone already."""
    from mailflow.cli.speech import is_sure, tell
    from mailflow.cli.start import open_ready
    from mailflow.delivery.restored import held, release_some
    from mailflow.foundation.clock import utc_now
    from mailflow.foundation.fence.keeper import Fence
    from mailflow.foundation.settings import read_settings

    settings = read_settings()
    database, now = open_ready(settings), utc_now()
    with database.read() as session:
        found = held(session, now=now)
    copied = not found and Fence(settings.home).begin(database, now=now)
    if not (found or copied):
        typer.echo(tell(_NOTHING_HELD))
        return
    typer.echo(_explained(found) if found else tell(_COPIED))
    if not (yes or is_sure(_SURE)):
        raise typer.Exit(1)
    done = not found
    while not done:
        with database.begin() as session:
            done = release_some(session, now=now)
    with database.begin() as session:
        Fence(settings.home).trust(session, now=now)
    typer.echo(tell(_RELEASED))


def _explained(found: "Held") -> str:
    from mailflow.cli.speech import amount, tell

    moments = {"since": f"{found.since:%Y-%m-%d %H:%M} UTC" if found.since else "–"}
    lines = [tell(_HELD, **moments, last=f"{found.copied_at:%Y-%m-%d %H:%M:%S} UTC" if found.copied_at else "–")]
    lines += [tell(_GOING, name=one.campaign.name, people=amount(one.people)) for one in found.going]
    lines += [tell(_OVERDUE, name=campaign.name) for campaign in found.overdue]
    lines += [tell(_STEPS, count=amount(found.steps))] if found.steps else []
    return "\n".join([*lines, tell(_OTHER)])
