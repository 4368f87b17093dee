"""Getting an installation ready: folder, tables, shop, first account; each only where it is missing."""

import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import typer
from sqlalchemy import select

from mailflow.cli.shape import refuse_newer_shape
from mailflow.foundation.accounts import User, account_of, add_user, hash_password, matches
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.fence.keeper import Fence, known
from mailflow.foundation.ring import open_ring
from mailflow.foundation.settings import Settings

_FIRST_ACCOUNT = "bruno@example.net"


@dataclass(frozen=True)
class FirstSignIn:
    """The account made on first start, while its password is still the one we made up."""

    email: str
    password: str


def prepare(settings: Settings, *, demo: bool) -> FirstSignIn | None:
    """Everything ``run`` needs; the first account's sign-in while nobody has changed it."""
    _refuse_taken_port(settings)
    _refuse_unknown_mail_url(settings)
    _make_home(settings.home)
    database = open_ready(settings)
    try:
        if demo:
            _load_demo(database, settings)
        return _first_account(database, settings.home)
    finally:
        database.close()


def open_ready(settings: Settings) -> Database:
    """The database with its tables up to date, the shop's first settings, and the ready segments and recipes."""
    from mailflow.audience.first_start import first_start
    from mailflow.cli.migrate import upgrade
    from mailflow.segments.ready import ensure_ready
    from mailflow.sequences.recipes import ensure_recipes

    _make_home(settings.home)
    refuse_newer_shape(settings.database_url)
    upgrade(settings.database_url)
    database = Database(settings.database_url)
    open_ring(database, settings)
    with database.begin() as session:
        first_start(session, now=utc_now())
        ensure_ready(session, now=utc_now())
        ensure_recipes(session, now=utc_now())
    Fence(settings.home).begin(database, now=utc_now())
    return database


def welcome(settings: Settings, first: FirstSignIn | None) -> None:
    """Say where everything is."""
    lines = [
        "",
        f"  mailflow runs at      {settings.public_url}/",
        f"  the studio            {settings.public_url}/studio/",
        *([f"  sign in with          {first.email}", f"  password              {first.password}"] if first else []),
        f"  sign-up page          {settings.public_url}/subscribe/newsletter",
        f"  data folder           {settings.home}",
        *(["  mail                  kept in the studio's test inbox, nothing leaves"] if settings.mail_url.startswith("sandbox:") else []),
        *([f"  held                  a restored backup or a copy: see {settings.public_url}/studio/held/"] if _is_held(settings) else []),
        "",
        "  Ctrl-C stops it.",
        "",
    ]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()


def _is_held(settings: Settings) -> bool:
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            found = known(session)
    finally:
        database.close()
    return bool(found and found.held)


def _make_home(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / ".writable").touch()
        (home / ".writable").unlink()
    except OSError as error:
        raise typer.Exit(
            _say(f"mailflow cannot write to its data folder {home}: {error.strerror}. Set MAILFLOW_HOME to a folder of yours.")
        ) from error


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            sentence = (
                f"mailflow cannot listen on {settings.host}:{settings.port}: {error.strerror}. Choose another port, for example PORT=8001."
            )
            raise typer.Exit(_say(sentence)) from error


def _refuse_unknown_mail_url(settings: Settings) -> None:
    from mailflow.delivery.outlet import open_transport

    try:
        open_transport(settings.mail_url, home=settings.home, routes=settings.mail_routes)
    except ValueError as error:
        raise typer.Exit(
            _say(f"mailflow cannot send with {'MAILFLOW_MAIL_ROUTES' if 'mail route' in str(error) else 'MAILFLOW_MAIL_URL'}: {error}")
        ) from error


def _say(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1


def _load_demo(database: Database, settings: Settings) -> None:
    from mailflow.demo.load import is_empty, load

    with database.read() as session:
        empty = is_empty(session)
    if empty and not settings.mail_url.startswith("sandbox:"):
        sys.stdout.write(
            "mailflow: the demo shop's people do not exist, so it is only made while mail stays in the sandbox; starting without it.\n"
        )
    elif empty:
        sys.stdout.write("mailflow: making the demo shop, a year of letters ")
        sys.stdout.flush()
        load(database, open_ring(database, settings), public_url=settings.public_url, now=utc_now(), told=_dot)
        sys.stdout.write("\n")


def _dot(_number: int) -> None:
    sys.stdout.write(".")
    sys.stdout.flush()


def _first_account(database: Database, home: Path) -> FirstSignIn | None:
    """Make the first account, or remember it; once its password was changed the note is taken away."""
    note = home / "first-sign-in.txt"
    password = secrets.token_urlsafe(9)
    with database.read() as session:
        password_hash = "" if session.scalar(select(User.id).limit(1)) else hash_password(password)
    if password_hash:
        with database.begin() as session:
            add_user(session, _FIRST_ACCOUNT, name="Bruno", password_hash=password_hash, now=utc_now())
            note.touch(mode=0o600)
            note.write_text(f"{_FIRST_ACCOUNT}\n{password}\n", "utf-8")
    if not note.exists():
        return None
    email, password = note.read_text("utf-8").split()
    with database.read() as session:
        found = account_of(session, email)
    if found and matches(found.password_hash, password):
        return FirstSignIn(email, password)
    note.unlink()
    return None
