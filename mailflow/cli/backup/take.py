"""Taking a backup: a moment's view of everything, while others go on writing."""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from mailflow import __version__
from mailflow.cli.backup.chest import fault_of, seal
from mailflow.cli.backup.rows import copy_rows, count_rows
from mailflow.cli.backup.words import NO_FOLDER, NO_TABLES, NOT_WHOLE, SECRET, THERE_ALREADY, BackupError, Manifest
from mailflow.foundation.database import Database
from mailflow.foundation.settings import Settings
from mailflow.foundation.shape import known_shapes, shape_of
from mailflow.schema import metadata

_PAGES = 1000
_BREATH = 0.001
"""Seconds between two steps of so many pages: the disk is others' too."""


def take(settings: Settings, file: Path, *, now: datetime) -> Manifest:
    """Write the backup ``file`` (0600) and check it; BackupError leaves nothing behind."""
    if file.exists():
        raise BackupError(THERE_ALREADY, file=file)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    database = Database(settings.database_url)
    try:
        if shape_of(database) != known_shapes()[-1]:
            raise BackupError(NO_TABLES)
        draft.touch(mode=0o600, exist_ok=False)
        rows = (_copy_pages if database.url.startswith("sqlite") else _copy_tables)(database, draft) | {"instance": 1}
        files = _files(settings)
        engine, taken_at = database.engine.dialect.name, now.isoformat(timespec="microseconds")
        manifest = Manifest(__version__, known_shapes()[-1], taken_at, engine, settings.public_url, rows, sorted(files))
        seal(draft, manifest, files)
        if fault := fault_of(draft.resolve(), rows):
            raise BackupError(NOT_WHOLE, why=fault)
        _publish(draft, file)
    except FileExistsError:
        raise BackupError(THERE_ALREADY, file=file) from None
    except OSError as error:
        raise BackupError(NO_FOLDER, file=file, why=error.strerror) from error
    except sqlite3.Error as error:
        raise BackupError(NO_FOLDER, file=file, why=error) from error
    finally:
        database.close()
        for left in (draft, draft.with_name(f"{draft.name}-wal"), draft.with_name(f"{draft.name}-shm")):
            left.unlink(missing_ok=True)
    return manifest


def _copy_pages(database: Database, draft: Path) -> dict[str, int]:
    """Page by page within one view of the database, which in WAL keeps no writer waiting; what they write meanwhile is not in it."""
    source = sqlite3.connect(str(database.engine.url.database), isolation_level=None, timeout=30)
    with closing(source), closing(sqlite3.connect(draft)) as target:
        source.execute("BEGIN")
        counted = (f'SELECT count(*) FROM "{table.name}"' for table in metadata.sorted_tables)  # noqa: S608  # our own names
        counts = [source.execute(statement).fetchone()[0] for statement in counted]
        source.backup(target, pages=_PAGES, sleep=_BREATH)
        source.execute("ROLLBACK")
    return {table.name: count for table, count in zip(metadata.sorted_tables, counts, strict=True)}


def _copy_tables(database: Database, draft: Path) -> dict[str, int]:
    """Row by row, as they stood at one moment (PostgreSQL's REPEATABLE READ)."""
    chest = Database(f"sqlite:///{draft}")
    try:
        metadata.create_all(chest.engine)
        view = database.engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with view as source, chest.engine.connect().execution_options(writes=True) as target:
            source.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            counts = count_rows(source)
            copy_rows(source, target)
            target.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
            target.execute(text("INSERT INTO alembic_version VALUES (:shape)"), {"shape": known_shapes()[-1]})
            target.commit()
    finally:
        chest.close()
    return counts


def _files(settings: Settings) -> dict[str, bytes]:
    """What a restored installation needs of the data folder: its secret, its mail routes, the note of a first sign-in."""
    wanted = [] if settings.secret_key else [SECRET]
    wanted.append("first-sign-in.txt")
    if settings.mail_routes and (settings.home / settings.mail_routes).resolve().is_relative_to(settings.home):
        wanted.append(str((settings.home / settings.mail_routes).resolve().relative_to(settings.home)))
    return {name: (settings.home / name).read_bytes() for name in wanted if (settings.home / name).is_file()}


def _publish(draft: Path, file: Path) -> None:
    """Whole and stored, or not there at all; never in the place of another."""
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    os.link(draft, file)
