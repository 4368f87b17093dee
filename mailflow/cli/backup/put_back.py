"""Putting a backup back: only where nothing is yet, and held until a person has looked at what waits."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError

from mailflow.cli.backup.chest import fault_of, open_chest, unseal, wrapped_key_of
from mailflow.cli.backup.rows import copy_rows, count_rows, go_on_numbering
from mailflow.cli.backup.words import NEWER, NO_BACKUP, OCCUPIED, OTHER_SECRET, SECRET, BackupError, Manifest
from mailflow.cli.migrate import upgrade
from mailflow.foundation.database import Database
from mailflow.foundation.keys import opens
from mailflow.foundation.settings import Settings
from mailflow.foundation.shape import known_shapes


def put_back(settings: Settings, file: Path) -> Manifest:
    """Make this empty installation what the backup holds; BackupError, and nothing changed, where it cannot or must not be."""
    manifest, files = open_chest(file)
    if manifest.shape not in known_shapes():
        raise BackupError(NEWER, version=manifest.version)
    if any(not (settings.home / name).resolve().is_relative_to(settings.home) for name in files):
        raise BackupError(NO_BACKUP, file=file, why="names")
    _refuse_occupied(settings)
    _refuse_other_secret(settings, file, files)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        (_into_sqlite if settings.database_url.startswith("sqlite") else _into_server)(settings, file, manifest)
    except (sqlite3.Error, IntegrityError, DataError, ProgrammingError) as error:  # its rows are not such as we write
        raise BackupError(NO_BACKUP, file=file, why=error.orig if isinstance(error, DBAPIError) else error) from error
    for name, content in files.items():
        _write(settings.home / name, content)
    return manifest


def _refuse_occupied(settings: Settings) -> None:
    database = Database(settings.database_url)
    path = Path(database.engine.url.database or "") if database.url.startswith("sqlite") else None
    try:
        if path is not None:
            beside = path.with_name(f"{path.name}-wal")  # SQLite would write the pages in it over those that are put back
            path = next((file for file in (path, beside) if file.exists() and file.stat().st_size > 0), path)
            taken = path.exists() and path.stat().st_size > 0
        else:
            with database.engine.connect() as connection:
                ours = set(inspect(connection).get_table_names()) & {"instance", "message", "subscriber"}
                taken = bool(ours) and any(count_rows(connection).values())
    finally:
        database.close()
    if taken:
        raise BackupError(OCCUPIED, place=path or database.engine.url.render_as_string())


def _refuse_other_secret(settings: Settings, file: Path, files: dict[str, bytes]) -> None:
    """Keys that do not open would make every link already sent a broken one."""
    here = settings.home / SECRET
    inside = files.get(SECRET, b"").decode("ascii", "replace").strip()
    secret = settings.secret_key or (here.read_text("ascii").strip() if here.exists() else inside)
    key = wrapped_key_of(file)
    if key and not opens(key, secret):
        raise BackupError(OTHER_SECRET)


def _into_sqlite(settings: Settings, file: Path, manifest: Manifest) -> None:
    target = Path(Database(settings.database_url).engine.url.database or "")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.touch(mode=0o600, exist_ok=False)
        shutil.copyfile(file, draft)
        unseal(draft, manifest)
        if fault := fault_of(draft.resolve(), manifest.rows):
            raise BackupError(NO_BACKUP, file=file, why=fault)
        target.unlink(missing_ok=True)  # an empty one, or there would have been an end to it above
        os.link(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _into_server(settings: Settings, file: Path, manifest: Manifest) -> None:
    """All rows in one transaction, after the backup's own tables were brought to this version's shape."""
    upgrade(settings.database_url)
    target = Database(settings.database_url)
    with _copied(file, settings.home) as chest:
        unseal(chest, manifest)
        upgrade(f"sqlite:///{chest}")
        source = Database(f"sqlite:///{chest}")
        try:
            with source.engine.connect() as old, target.engine.begin() as new:
                copied = copy_rows(old, new)
                go_on_numbering(new)
                if copied != count_rows(new):
                    raise BackupError(NO_BACKUP, file=file, why="rows")
        finally:
            source.close()
            target.close()


@contextmanager
def _copied(file: Path, home: Path) -> Iterator[Path]:
    """A copy to read and change at will, for the length of the block; the backup itself is never written to."""
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=home) as folder:
        copy = Path(folder) / "chest.sqlite3"
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)
        yield copy


def _write(file: Path, content: bytes) -> None:
    """One of the data folder's own files; what is there already stays."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(content)
