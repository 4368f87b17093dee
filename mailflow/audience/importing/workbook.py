"""From an Excel file's first sheet to rows, with each cell as a person would have typed it into a CSV file."""

import zipfile
from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook

from mailflow.audience.importing.words import LONGEST_CELL, FileError, Row

_MOST_BYTES = 400 * 1024 * 1024
"""Unpacked; a sheet of a million rows has less, and what has more was packed to do harm."""
_Cell = int | float | str | bool | time | date | datetime | timedelta


def is_workbook(content: bytes) -> bool:
    """Whether these are the bytes of an Excel file, new or old."""
    return content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def workbook_rows(content: bytes) -> list[Row]:
    """All rows of the first sheet, the one with the columns' names among them. FileError: it is no workbook, or too large."""
    if _unpacked(content) > _MOST_BYTES:
        raise FileError("too-large")
    try:
        sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
        cells = sheet.to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError):
        raise FileError("no-workbook") from None
    return [_row(number, row) for number, row in enumerate(cells, start=1)]


def _unpacked(content: bytes) -> int:
    if not content.startswith(b"PK"):
        return len(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            return sum(each.file_size for each in packed.infolist())
    except zipfile.BadZipFile:
        raise FileError("no-workbook") from None


def _row(number: int, row: list[_Cell]) -> Row:
    cells = [_written(cell) for cell in row]
    broken = any("\0" in cell or len(cell) > LONGEST_CELL for cell in cells)
    return Row(number, [cell[:200] for cell in cells] if broken else cells, broken)


def _written(cell: _Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
