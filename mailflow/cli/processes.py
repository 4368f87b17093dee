"""Commands that stay: the whole product, or one of its processes."""

from typing import Annotated

import typer


def run(demo: Annotated[bool, typer.Option(help="Load the demo shop into an empty installation.")] = False) -> None:
    """Start everything on this computer: web, sender and scheduler; Ctrl-C stops them cleanly."""
    from mailflow.cli.start import prepare, welcome
    from mailflow.cli.supervisor import Supervisor
    from mailflow.foundation.settings import read_settings

    settings = read_settings()
    sign_in = prepare(settings, demo=demo)
    supervisor = Supervisor({"web": ["web"], "sender": ["worker"], "scheduler": ["scheduler"]}, settings)
    raise typer.Exit(supervisor.run(lambda: welcome(settings, sign_in)))


def web() -> None:
    """Serve the pages, the API and the beacons."""
    from mailflow.cli.serve import serve

    serve()


def worker() -> None:
    """Send what is due."""
    import os
    import sys

    # Begun anew without this command line, which nothing needs while mail is sent: a sender stays as small as it can.
    # -P: what lies in the folder one happens to be in is not ours.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "mailflow.cli.worker"])  # noqa: S606  # ourselves


def scheduler() -> None:
    """Launch campaigns, go on with sequences, post notices: the clock."""
    from mailflow.cli.serve import tick

    tick()
