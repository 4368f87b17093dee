"""Commands about keys."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from mailflow.foundation.language import Words

keys = typer.Typer(no_args_is_help=True, help="The keys that links are made with.")

_TURNED: "Words" = {
    "en": "Links made from {hour} UTC on carry key {number}; those in mails already sent are read until {until}. Nothing needs a restart.",
    "es": "Los enlaces desde las {hour} UTC llevan la clave {number}; los de correos ya enviados se leen hasta el {until}. "
    "No hay que reiniciar.",
}
_TOO_OFTEN: "Words" = {
    "en": "All fifteen keys are still needed by mails of the last 400 days; nothing was changed.",
    "es": "Las quince claves aún hacen falta para correos de los últimos 400 días; no se ha cambiado nada.",
}


@keys.callback()
def _keys() -> None:
    """The keys that links are made with."""


@keys.command("rotate")
def rotate() -> None:
    """Make links with a new key from now on; those already sent work for 400 days more."""
    from mailflow.cli.speech import tell
    from mailflow.cli.start import open_ready
    from mailflow.foundation.clock import utc_now
    from mailflow.foundation.keys import READS_FOR, TAKES_OVER, secret_of
    from mailflow.foundation.keys import rotate as turn
    from mailflow.foundation.settings import read_settings

    settings, now = read_settings(), utc_now()
    with open_ready(settings).begin() as session:
        number = turn(session, secret_of(settings), now=now)
    if number is None:
        typer.echo(tell(_TOO_OFTEN), err=True)
        raise typer.Exit(1)
    typer.echo(tell(_TURNED, hour=f"{now + TAKES_OVER:%H:%M:%S}", number=number, until=f"{now + READS_FOR:%Y-%m-%d}"))
