"""From an Excel file's first sheet to rows, with each cell as a person would have typed it into a CSV file."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from mailflow.audience.importing.extent import refuse_too_far
from mailflow.audience.importing.words import LONGEST_CELL, FileError, Row

_MOST_BYTES = 400 * 1024 * 1024
"""Unpacked; a sheet of a million rows has less, and what has more was packed to do harm."""
_Cell = int | float | str | bool | time | date | datetime | timedelta


def is_workbook(content: bytes) -> bool:
    """Whether these are the bytes of an Excel file, new or old."""
    return content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def workbook_rows(file: BinaryIO) -> Iterator[Row]:
    """All rows of the first sheet, the one with the columns' names among them. FileError: it is no workbook, or too large.

    The reader holds the sheet's cells in a form of its own, 250 bytes a row or so; the rows are made one by one.
    """
    if _unpacked(file) > _MOST_BYTES:
        raise FileError("too-large")
    try:
        file.seek(0)
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    except (CalamineError, IndexError, ValueError):
        raise FileError("no-workbook") from None
    first, left = sheet.start or (0, 0)
    return (_row(number, [*[""] * left, *row]) for number, row in enumerate(sheet.iter_rows(), start=first + 1))


def _unpacked(file: BinaryIO) -> int:
    file.seek(0)
    if file.read(2) != b"PK":
        return file.seek(0, 2)
    try:
        with zipfile.ZipFile(file) as packed:
            size = sum(each.file_size for each in packed.infolist())
            if size <= _MOST_BYTES:
                refuse_too_far(packed)
            return size
    except zipfile.BadZipFile:
        raise FileError("no-workbook") from None


def _row(number: int, row: list[_Cell]) -> Row:
    cells = [_written(cell) for cell in row]
    broken = any("\0" in cell or len(cell) > LONGEST_CELL for cell in cells)
    return Row(number, broken, [cell[:200] for cell in cells] if broken else cells)


def _written(cell: _Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
