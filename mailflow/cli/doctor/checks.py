"""Each thing that is looked at; a later one is left out where an earlier one makes it pointless."""

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.fernet import InvalidToken
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mailflow.audience.derived import differing, heard_of_lately
from mailflow.audience.queries import installation
from mailflow.cli.doctor import words
from mailflow.cli.doctor.mail import mail
from mailflow.cli.doctor.words import Finding, to_mend, well
from mailflow.cli.speech import size
from mailflow.delivery.models import Worker
from mailflow.delivery.overview import SILENT_AFTER
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database, Instant
from mailflow.foundation.disk import lacks_room
from mailflow.foundation.fence.folder import read_note
from mailflow.foundation.fence.keeper import known
from mailflow.foundation.fence.marks import place_of
from mailflow.foundation.fence.rules import judge
from mailflow.foundation.fence.words import Finding as Fenced
from mailflow.foundation.keys import SUPPRESSION, keys_of
from mailflow.foundation.settings import Settings
from mailflow.foundation.shape import MOVED, known_shapes, shape_of
from mailflow.foundation.zones import zone_data

_CLOCK_SECONDS = 2.0
_PEOPLE = 2000
"""Heard of last: of who stands otherwise than the consent lines say, one is found soon."""
_OWN = ("localhost", "127.0.0.1", "::1")


def look(settings: Settings) -> Iterator[Finding]:
    """All of it, one after the other; what takes time comes last."""
    yield well(words.SETTINGS)
    yield _folder(settings)
    yield _disk(settings)
    database = Database(settings.database_url, patience=3.0)
    try:
        yield from _of_database(database, settings)
    except SQLAlchemyError as error:
        yield to_mend(words.DATABASE_AWAY, why=str(getattr(error, "orig", error)).strip().partition("\n")[0])
    finally:
        database.close()
    yield _address(settings)
    yield from mail(settings)


def _folder(settings: Settings) -> Finding:
    home = settings.home
    open_to_others = home.exists() and home.stat().st_mode & 0o077
    return to_mend(words.OPEN_FOLDER, home=home) if open_to_others else well(words.FOLDER, home=home)


def _disk(settings: Settings) -> Finding:
    place = settings.home if settings.home.exists() else settings.home.parent
    if not place.exists():
        return well(words.DISK, free="?")
    free = size(shutil.disk_usage(place).free)
    return to_mend(words.DISK_FULL, free=free) if lacks_room(place) else well(words.DISK, free=free)


def _of_database(database: Database, settings: Settings) -> Iterator[Finding]:
    found, wanted = shape_of(database), known_shapes()[-1]
    yield well(words.DATABASE, kind=database.engine.dialect.name)
    if found != wanted:
        other = words.TABLES_MOVED if (found or "").startswith(MOVED) else words.TABLES_OTHER
        yield to_mend(other, found=found or "–", wanted=wanted)
        return
    yield well(words.TABLES, shape=found)
    with database.read() as session:
        for each in (_fence, _clock, _keys, _zones, _consent, _senders):
            yield each(session, settings)
        if database.engine.dialect.name == "postgresql":
            yield _large_work(session)


def _fence(session: Session, settings: Settings) -> Finding:
    told = read_note(settings.home)
    found = known(session)
    if found is None:
        return well(words.FREE)
    fenced = judge(found, told[0], place=place_of(session), mark=told[1]) in (Fenced.RESTORED, Fenced.COPIED)
    return to_mend(words.HELD) if found.held or fenced else well(words.FREE)


def _clock(session: Session, _settings: Settings) -> Finding:
    """By the server's clock, or on one computer by what was written down last: nothing comes from the future."""
    now = utc_now()
    if session.get_bind().dialect.name == "postgresql":
        apart = abs((session.scalar(select(func.clock_timestamp(type_=Instant()))) or now).timestamp() - now.timestamp())
    else:
        last = session.scalar(select(func.max(Worker.seen_at))) or now
        apart = max((last - now).total_seconds(), 0.0)
    return to_mend(words.CLOCK_WRONG, seconds=round(apart)) if apart > _CLOCK_SECONDS else well(words.CLOCK)


def _keys(session: Session, settings: Settings) -> Finding:
    file = settings.home / "secret.key"
    secret = settings.secret_key or (file.read_text("ascii").strip() if file.exists() else "")
    try:
        keys_of(session, SUPPRESSION, secret)
    except InvalidToken:
        return to_mend(words.KEYS_CLOSED)
    return well(words.KEYS)


def _zones(session: Session, _settings: Settings) -> Finding:
    shop, version = installation(session), zone_data()
    try:
        ZoneInfo(shop.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return to_mend(words.ZONE_LOST, zone=shop.zone)
    return well(words.ZONES, version=version or "?", zone=shop.zone)


def _consent(session: Session, _settings: Settings) -> Finding:
    found = differing(session, heard_of_lately(session, _PEOPLE))
    named = ", ".join(f"/studio/subscribers/{person}" for person in found[:3])
    return to_mend(words.CONSENT_DIFFERS, count=len(found), people=named) if found else well(words.CONSENT)


def _senders(session: Session, _settings: Settings) -> Finding:
    awake = list(session.scalars(select(Worker).where(Worker.seen_at > utc_now() - SILENT_AFTER)))
    if not awake:
        return to_mend(words.NO_SENDER)
    if all(worker.held for worker in awake):
        return to_mend(words.SENDERS_HELD, why=awake[0].held)
    return well(words.SENDERS, count=len(awake))


def _large_work(session: Session) -> Finding:
    try:
        from mailflow.scheduler.crew_tables import are_made
    except ModuleNotFoundError:
        return well(words.NOT_SHARED)
    return well(words.SHARED) if are_made(session) else to_mend(words.UNSHARED)


def _address(settings: Settings) -> Finding:
    url = settings.public_url
    if settings.mail_url.startswith("sandbox:"):
        return well(words.ADDRESS, url=url)
    if (urlsplit(url).hostname or "") in _OWN:
        return to_mend(words.ADDRESS_OWN, url=url)
    return well(words.ADDRESS, url=url) if url.startswith("https:") else to_mend(words.ADDRESS_PLAIN, url=url)
