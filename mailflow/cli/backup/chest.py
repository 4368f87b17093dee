"""The backup's form: a SQLite database with every table, two tables of its own beside them, and the fence down."""

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from mailflow.cli.backup.words import NO_BACKUP, BackupError, Manifest

_MANIFEST, _FILES = "backup_manifest", "backup_file"
_NAMED = "INSERT OR IGNORE INTO instance (number, name, former, age, place, held, seen_at) VALUES (1, ?, '[]', 1, '', '', ?)"


def seal(draft: Path, manifest: Manifest, files: dict[str, bytes]) -> None:
    """Put the manifest and the data folder's files beside the tables. Whoever opens it, however, finds a database that is held."""
    with closing(sqlite3.connect(draft, isolation_level=None)) as chest:
        chest.execute("PRAGMA journal_mode=DELETE")
        chest.execute("BEGIN")
        chest.execute(f"CREATE TABLE {_MANIFEST} (told TEXT NOT NULL)")
        chest.execute(f"CREATE TABLE {_FILES} (name TEXT PRIMARY KEY, content BLOB NOT NULL)")
        chest.execute(f"INSERT INTO {_MANIFEST} VALUES (?)", (manifest.written(),))  # noqa: S608  # our own name
        chest.executemany(f"INSERT INTO {_FILES} VALUES (?, ?)", files.items())  # noqa: S608  # as above
        _hold(chest, manifest)
        chest.execute("COMMIT")


def unseal(database: Path, manifest: Manifest) -> None:
    """Take away what is only the backup's. It is held, whatever was done to the backup since."""
    with closing(sqlite3.connect(database, isolation_level=None)) as opened:
        opened.execute(f"DROP TABLE IF EXISTS {_MANIFEST}")
        opened.execute(f"DROP TABLE IF EXISTS {_FILES}")
        _hold(opened, manifest)


def _hold(database: sqlite3.Connection, manifest: Manifest) -> None:
    at = manifest.taken_at[:26].replace("T", " ")
    database.execute(_NAMED, (secrets.token_hex(8), at))  # where no process ever began on it
    database.execute("UPDATE instance SET held = 'restored', held_at = ? WHERE held = ''", (at,))


def fault_of(chest: Path, rows: dict[str, int]) -> str:
    """What is wrong with a copy: its pages, its references, or a table whose rows are not as many as ``rows`` says; "" if nothing."""
    with closing(sqlite3.connect(f"{chest.as_uri()}?mode=ro", uri=True)) as opened:
        broken = [told for (told,) in opened.execute("PRAGMA integrity_check(3)") if told != "ok"]
        broken += [f"{table} lacks its {parent}" for table, _, parent, _ in opened.execute("PRAGMA foreign_key_check").fetchmany(3)]
        for table, wanted in {} if broken else rows.items():
            (found,) = opened.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608  # a table's name, as the schema has it
            if found != wanted:
                broken.append(f"{table}: {found} of {wanted} rows")
    return "; ".join(broken)


def wrapped_key_of(chest: Path) -> str:
    """One of the keys in it, as its installation's secret wraps it."""
    with closing(sqlite3.connect(f"{chest.resolve().as_uri()}?mode=ro", uri=True)) as opened:
        row = opened.execute("SELECT wrapped FROM key ORDER BY number LIMIT 1").fetchone()
    return str(row[0]) if row else ""


def open_chest(file: Path) -> tuple[Manifest, dict[str, bytes]]:
    """What a backup says of itself, and the files in it; BackupError when it is none, or damaged."""
    try:
        with closing(sqlite3.connect(f"{file.resolve(strict=True).as_uri()}?mode=ro", uri=True)) as opened:
            (told,) = opened.execute(f"SELECT told FROM {_MANIFEST}").fetchone()  # noqa: S608  # our own name
            files = _checked(dict(opened.execute(f"SELECT name, content FROM {_FILES}")))  # noqa: S608  # as above
        manifest = Manifest.read(told)
        fault = fault_of(file.resolve(), manifest.rows)
    except (OSError, sqlite3.Error, ValueError, KeyError, TypeError) as error:
        raise BackupError(NO_BACKUP, file=file, why=error) from error
    if fault:
        raise BackupError(NO_BACKUP, file=file, why=fault)
    return manifest, files


def _checked(files: dict[str, bytes]) -> dict[str, bytes]:
    """SQLite keeps anything in any column."""
    if not all(isinstance(name, str) and isinstance(content, bytes) for name, content in files.items()):
        raise TypeError("files")
    return files
