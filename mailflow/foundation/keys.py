"""Keys kept in the database, each wrapped by SECRET_KEY; the secret itself is made and kept on first start."""

import base64
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailflow.foundation.database import Base
from mailflow.foundation.settings import Settings

TOKEN = "token"  # noqa: S105  # the kind's name, not a secret
SUPPRESSION = "suppression"
"""This key never rotates: a hash made with it must be found again after erasure."""


READS_FOR = timedelta(days=400)
"""How long a retired key is read: mails are opened a year later."""
TAKES_OVER = timedelta(seconds=10)
"""A new key makes tokens only after so long: by then every process that may have to read them knows it."""
MOST_KEYS = 15
"""What four bits of a token can name."""


class TokenKeys(NamedTuple):
    """Keys by number, and the number of the one that makes new tokens."""

    keys: dict[int, bytes]
    newest: int


class Key(Base):
    """One symmetric key, wrapped; ``number`` travels in the tokens made with it."""

    __tablename__ = "key"
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    wrapped: Mapped[str]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


def secret_of(settings: Settings) -> str:
    """The installation's secret: from the settings, else from the data folder, where it is made on first start."""
    if settings.secret_key:
        return settings.secret_key
    file = settings.home / "secret.key"
    if not file.exists():
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(file, secrets.token_urlsafe(48))
    return file.read_text("ascii").strip()


def _write_once(file: Path, secret: str) -> None:
    """Several processes may start at once: only the first one's secret is kept."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(secret, "ascii")
    draft.chmod(0o600)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def keys_of(session: Session, kind: str, secret: str) -> dict[int, bytes]:
    """Every key of a kind by number, unwrapped; raises ``InvalidToken`` when the secret is another installation's."""
    box = _box(secret)
    rows = session.execute(select(Key.number, Key.wrapped).where(Key.kind == kind).order_by(Key.number))
    return {number: box.decrypt(wrapped) for number, wrapped in rows}


def ensure_keys(session: Session, secret: str, *, now: datetime) -> None:
    """Make the first token key and the suppression key where they are missing."""
    kinds = set(session.scalars(select(Key.kind)))
    box = _box(secret)
    for kind, size in ((TOKEN, 64), (SUPPRESSION, 32)):
        if kind not in kinds:
            session.add(Key(kind=kind, wrapped=box.encrypt(secrets.token_bytes(size)).decode(), created_at=now))
            session.flush()


def opens(wrapped: str, secret: str) -> bool:
    """Whether this secret is the one that a key was wrapped by."""
    try:
        _box(secret).decrypt(wrapped)
    except InvalidToken:
        return False
    return True


def had_keys(session: Session, *, before: datetime) -> bool:
    """Whether this database has a key from before a moment: it has lived then."""
    return session.scalar(select(Key.number).where(Key.created_at < before).limit(1)) is not None


def token_keys(session: Session, secret: str, *, now: datetime) -> TokenKeys:
    """The keys that read tokens now, and the one that makes them; raises ``InvalidToken`` when the secret is another one's,
    LookupError where there is no key."""
    box = _box(secret)
    rows = session.execute(select(Key).where(Key.kind == TOKEN).order_by(Key.created_at, Key.number)).scalars().all()
    reading = [key for key in rows if key.retired_at is None or key.retired_at > now - READS_FOR]
    taken_over = [key for key in rows if key.created_at <= now - TAKES_OVER]
    newest = taken_over[-1] if taken_over else rows[0]
    return TokenKeys({key.number: box.decrypt(key.wrapped) for key in reading}, newest.number)


def rotate(session: Session, secret: str, *, now: datetime) -> int | None:
    """Make a new token key and retire the others; its number, or None while all fifteen that a token can name still read.

    Processes that run learn of it within seconds; until then they make tokens with the old one, which all can read.
    """
    ensure_keys(session, secret, now=now)
    session.execute(delete(Key).where(Key.kind == TOKEN, Key.retired_at <= now - READS_FOR))
    free = sorted(set(range(1, MOST_KEYS + 1)) - set(session.scalars(select(Key.number))))
    if not free:
        return None
    session.execute(update(Key).where(Key.kind == TOKEN, Key.retired_at.is_(None)).values(retired_at=now))
    wrapped = _box(secret).encrypt(secrets.token_bytes(64)).decode()
    session.add(Key(number=free[0], kind=TOKEN, wrapped=wrapped, created_at=now))
    session.flush()
    return free[0]


def _box(secret: str) -> Fernet:
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"mailflow key wrap")
    return Fernet(base64.urlsafe_b64encode(derive.derive(secret.encode())))
