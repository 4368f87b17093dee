"""Mailchimp's export: a ZIP with a CSV file for each standing, whose name says what became of its people."""

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from mailflow.audience.importing.words import STATUS, FileError, Row

_STANDINGS = ("unsubscribed", "cleaned", "nonsubscribed", "subscribed")
"""In this order: who is gone is read first, and the first row of an address counts."""
_MOST_BYTES = 400 * 1024 * 1024
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, NotImplementedError, EOFError, OSError)
"""What comes of a part that is cut, changed, locked with a password, or packed in a way of its own."""
_Rows = Callable[[BinaryIO], Iterator[Row]]


def is_archive(file: BinaryIO) -> bool:
    """Whether this is a ZIP of CSV files, and no Excel file, which is a ZIP too."""
    try:
        with zipfile.ZipFile(file) as packed:
            names = packed.namelist()
    except zipfile.BadZipFile:
        return False
    return "[Content_Types].xml" not in names and any(_standing(name) for name in names)


def archive_rows(file: BinaryIO, rows_of: _Rows) -> Iterator[Row]:
    """The rows of all its files as if they were one, and a last column for the standing. FileError: too large, or damaged."""
    packed = zipfile.ZipFile(file)
    if sum(each.file_size for each in packed.infolist()) > _MOST_BYTES:
        raise FileError("too-large")
    found = sorted((_STANDINGS.index(standing), name) for name in packed.namelist() if (standing := _standing(name)))
    _, widest = found[-1]  # who is still in, if anybody is
    header = list(next(_opened(packed, widest, rows_of), Row(0, False, ())).cells)
    yield Row(1, False, [*header, STATUS])
    for place, name in found:
        rows = _opened(packed, name, rows_of)
        places = _places(next(rows, Row(0, False, ())).cells, header)
        for number, broken, cells in (row for row in rows if row.broken or any(map(str.strip, row.cells))):
            yield Row(number, broken, cells if broken else [*_in_order(cells, places), _STANDINGS[place]])


def _opened(packed: zipfile.ZipFile, name: str, rows_of: _Rows) -> Iterator[Row]:
    try:
        yield from rows_of(packed.open(name))  # type: ignore[arg-type]  # it reads and seeks, which is all that is asked of it
    except FileError:  # an empty file among others
        return
    except DAMAGED:
        raise FileError("damaged") from None


def _standing(name: str) -> str:
    """By the file's name, as subscribed_members_export_1a2b3c.csv has it."""
    bare = name.rpartition("/")[2].lower()
    return next((each for each in _STANDINGS if bare.startswith(each) and bare.endswith(".csv")), "")


def _places(names: Sequence[str], header: Sequence[str]) -> list[int | None]:
    known = {name: place for place, name in enumerate(names)}
    return [known.get(name) for name in header]


def _in_order(cells: Sequence[str], places: Sequence[int | None]) -> list[str]:
    return ["" if place is None or place >= len(cells) else cells[place] for place in places]
