"""Exports that come as a ZIP of several CSV files, as Mailchimp's: made one table, with what each file's name says of its people."""

import csv
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple, cast

from mailflow.audience.importing.reading import Table, open_table
from mailflow.audience.importing.words import FileError

_MOST_BYTES = 400 * 1024 * 1024
"""Unpacked, of all files together."""
_MOST_FILES = 20
_STATUS = "subscription status"
_GONE_FIRST = ("cleaned", "unsubscribed", "nonsubscribed", "subscribed")
"""What Mailchimp's files are called; of several rows with one address the first counts, so who left or bounced comes first."""


class _Part(NamedTuple):
    name: str
    status: str


@contextmanager
def unpacked(path: Path) -> Iterator[BinaryIO]:
    """The file to be read: itself, or where it is a ZIP of CSV files, one table of them all. FileError: too large, or all are empty."""
    with path.open("rb") as file:
        parts = _parts(file)
        file.seek(0)
        if not parts:
            yield file
            return
        beside = path.parent if os.access(path.parent, os.W_OK) else None  # where the system keeps its own, it may be memory
        with tempfile.TemporaryFile(dir=beside) as joined, zipfile.ZipFile(file) as packed:
            _join(packed, parts, cast("BinaryIO", joined))
            joined.seek(0)
            yield cast("BinaryIO", joined)


def _parts(file: BinaryIO) -> list[_Part]:
    """The CSV files of a ZIP; none of a workbook, or of what is no ZIP."""
    if file.read(4) != b"PK\x03\x04":
        return []
    try:
        with zipfile.ZipFile(file) as packed:
            infos = packed.infolist()
    except zipfile.BadZipFile:
        return []
    names = [PurePosixPath(info.filename) for info in infos]
    if any(name.name == "[Content_Types].xml" for name in names):
        return []
    tables = [str(name) for name in names if name.suffix.lower() == ".csv" and not name.parts[0].startswith(("__", "."))]
    if len(tables) > _MOST_FILES or sum(info.file_size for info in infos) > _MOST_BYTES:
        raise FileError("too-large")
    parts = [_Part(name, _status(name)) for name in tables]
    return sorted(parts, key=lambda part: _GONE_FIRST.index(part.status) if part.status else len(_GONE_FIRST))


def _status(name: str) -> str:
    word = re.match("[a-z]*", PurePosixPath(name).name.lower())
    return word[0] if word and word[0] in _GONE_FIRST else ""


def _join(packed: zipfile.ZipFile, parts: Sequence[_Part], target: BinaryIO) -> None:
    columns: dict[str, None] = {}
    for part in parts:
        with packed.open(part.name) as file:
            columns |= dict.fromkeys(_opened(file).header)
    if not columns:
        raise FileError("empty")
    out = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
    writer = csv.writer(out)
    writer.writerow([*columns, _STATUS])
    for part in parts:
        with packed.open(part.name) as file:
            writer.writerows(_rows(_opened(file), list(columns), part.status))
    out.detach()


def _opened(file: object) -> Table:
    """A part's columns and rows; an empty part has none."""
    try:
        return open_table(cast("BinaryIO", file))
    except FileError as fault:
        if fault.word != "empty":
            raise
        return Table((), iter(()))


def _rows(table: Table, columns: Sequence[str], status: str) -> Iterator[list[str]]:
    places = [table.header.index(name) if name in table.header else None for name in columns]
    for row in table.rows:
        if row.broken:
            yield [*row.cells, "\0"]  # it stays a row that cannot be read
        else:
            yield [*(row.cells[place] if place is not None and place < len(row.cells) else "" for place in places), status]
