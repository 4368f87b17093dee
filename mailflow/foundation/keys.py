"""Keys kept in the database, each wrapped by SECRET_KEY; the secret itself is made and kept on first start."""

import base64
import os
import secrets
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mailflow.foundation.database import Base
from mailflow.foundation.settings import Settings

TOKEN = "token"  # noqa: S105  # the kind's name, not a secret
SUPPRESSION = "suppression"
"""This key never rotates: a hash made with it must be found again after erasure."""


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
        settings.home.mkdir(parents=True, exist_ok=True)
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


def _box(secret: str) -> Fernet:
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"mailflow key wrap")
    return Fernet(base64.urlsafe_b64encode(derive.derive(secret.encode())))
