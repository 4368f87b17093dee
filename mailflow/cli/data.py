"""Commands that do one thing and end: tables, the demo shop, staff accounts."""

from typing import Annotated

import typer

db = typer.Typer(no_args_is_help=True, help="The database's tables.")
demo = typer.Typer(no_args_is_help=True, help="The demo shop.")
user = typer.Typer(no_args_is_help=True, help="Staff accounts.")


@db.command("upgrade")
def upgrade() -> None:
    """Bring the tables to this version's shape; data are kept."""
    from mailflow.cli.start import open_ready
    from mailflow.foundation.settings import read_settings

    open_ready(read_settings()).close()
    typer.echo("The tables are up to date.")


@db.command("move")
def move(to: Annotated[str, typer.Argument(help="postgresql+psycopg://user:password@host/database, which is empty")]) -> None:
    """Move everything from SQLite to an empty PostgreSQL database, compare it row by row, and seal the old one."""
    from mailflow.cli.move.carry import move as carry
    from mailflow.cli.move.words import COMPARED, DONE, SECRET_AS_SET, SECRET_IN_FILE, MoveError
    from mailflow.cli.speech import amount, not_done, tell
    from mailflow.foundation.settings import read_settings

    settings = read_settings()
    try:
        moved = carry(settings, to, told=lambda table, rows: typer.echo(tell(COMPARED, table=table, rows=amount(rows))) if rows else None)
    except MoveError as error:
        raise not_done(error) from error
    secret = tell(SECRET_AS_SET if settings.secret_key else SECRET_IN_FILE, home=settings.home)
    typer.echo(tell(DONE, rows=amount(sum(moved.values())), secret=secret))


@db.command("stay")
def stay() -> None:
    """Go on with a SQLite database whose data were moved; what happened in the new place since is not in it."""
    from mailflow.cli.move.carry import stay as take_back
    from mailflow.cli.move.words import NOT_MOVED, STAYS
    from mailflow.cli.speech import tell
    from mailflow.foundation.settings import read_settings

    if not take_back(read_settings()):
        typer.echo(tell(NOT_MOVED), err=True)
        raise typer.Exit(1)
    typer.echo(tell(STAYS))


@demo.command("load")
def load() -> None:
    """Fill an empty installation with a believable shop: 2,000 subscribers and a year of campaigns."""
    from mailflow.cli.start import open_ready
    from mailflow.demo import load as shop
    from mailflow.foundation.clock import utc_now
    from mailflow.foundation.ring import open_ring
    from mailflow.foundation.settings import read_settings

    settings = read_settings()
    database = open_ready(settings)
    with database.read() as session:
        empty = shop.is_empty(session)
    if not empty:
        typer.echo(
            "There are subscribers already; the demo shop only goes into an empty installation (set MAILFLOW_HOME to a new folder).",
            err=True,
        )
        raise typer.Exit(1)
    shop.load(database, open_ring(database, settings), public_url=settings.public_url, now=utc_now())
    typer.echo("The demo shop is loaded.")


@demo.callback()
def _demo() -> None:
    """The demo shop."""


@user.callback()
def _user() -> None:
    """Staff accounts."""


@db.callback()
def _db() -> None:
    """The database's tables."""


@user.command("add")
def add(
    email: str,
    name: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    language: Annotated[str, typer.Option(help="es or en; left out, the browser's")] = "",
) -> None:
    """Add a member of staff who may sign in to the studio."""
    from sqlalchemy.exc import IntegrityError

    from mailflow.cli.start import open_ready
    from mailflow.foundation.accounts import add_user, hash_password
    from mailflow.foundation.clock import utc_now
    from mailflow.foundation.settings import read_settings

    try:
        password_hash = hash_password(password)
        with open_ready(read_settings()).begin() as session:
            add_user(session, email, name=name, password_hash=password_hash, language=language, now=utc_now())
    except (ValueError, IntegrityError) as error:
        typer.echo(
            "There is an account with this address already." if isinstance(error, IntegrityError) else f"Not added: {error}.", err=True
        )
        raise typer.Exit(1) from error
    typer.echo(f"{email} can sign in now.")


@user.command("password")
def password(
    email: str,
    password: Annotated[str, typer.Option(prompt="New password", hide_input=True, confirmation_prompt=True)],
) -> None:
    """Give a member of staff a new password and end all their sessions; who was stopped for guessing stays stopped."""
    from mailflow.cli.start import open_ready
    from mailflow.foundation.accounts import account_of, hash_password, set_password
    from mailflow.foundation.clock import utc_now
    from mailflow.foundation.settings import read_settings

    try:
        password_hash = hash_password(password)
    except ValueError as error:
        typer.echo(f"Not changed: {error}.", err=True)
        raise typer.Exit(1) from error
    with open_ready(read_settings()).begin() as session:
        account = account_of(session, email)
        if account:
            set_password(session, account, password_hash, now=utc_now())
    if account is None:
        typer.echo("There is no account with this address.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{email} has a new password; every session of this account has ended.")
