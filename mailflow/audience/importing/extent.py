"""How far an Excel sheet reaches, read before a reader of workbooks makes room for all between its corners (ECMA-376 part 1, 18.3.1.4)."""

import re
import zipfile
from typing import IO

from mailflow.audience.importing.archive import DAMAGED
from mailflow.audience.importing.words import FileError

_MOST_CELLS = 30_000_000
"""The reader takes 32 bytes for each, empty ones too: about a gigabyte."""
_PORTION = 1 << 20
_PLAIN_PLACE = re.compile(rb" r=[\"']([A-Za-z]{0,9})(\d{1,9})[\"']")
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,9})(\d{1,9})[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_BLANKS = (b" =", b"\t=", b"\n=", b"\r=", b"= ", b"=\t", b"=\n", b"=\r", b"\tr", b"\nr", b"\rr")
"""Where nothing has a blank about its equals sign, looking is twice as quick."""
_CELLS = tuple(mark + end for mark in (b"<c", b":c") for end in (b" ", b"\t", b"\n", b"\r", b"/", b">"))
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")


def refuse_too_far(packed: zipfile.ZipFile) -> None:
    """Look at every part, for any may be the first sheet. FileError: one reaches too far, is damaged, or it is another program's file."""
    names = {name.lower() for name in packed.namelist()}
    if "xl/workbook.xml" not in names or names & {"xl/workbook.bin", "content.xml"}:  # these say in other ways how far they reach
        raise FileError("no-workbook")
    for each in packed.infolist():
        try:
            with packed.open(each) as part:
                _look_through(part)
        except DAMAGED:
            raise FileError("damaged") from None


def _look_through(part: IO[bytes]) -> None:
    extent, rest = _Extent(), b""
    while portion := part.read(_PORTION):
        whole, mark, rest = (rest + portion).rpartition(b">")
        extent.take(whole + mark)
        if len(rest) > 8 * _PORTION:
            raise FileError("too-large")
        if extent.cells > _MOST_CELLS:
            raise FileError("too-large")


class _Extent:
    """The farthest corner met so far; rows and cells that say no place stand behind the one before them."""

    def __init__(self) -> None:
        self._row = self._column = self._placeless_rows = self._widest = self._in_row = 0

    @property
    def cells(self) -> int:
        """From the first cell of the sheet to that corner."""
        return (self._row + self._placeless_rows) * (self._column + self._widest)

    def take(self, text: bytes) -> None:
        """Look at some whole tags."""
        is_plain = not any(mark in text for mark in _BLANKS)
        places = (_PLAIN_PLACE if is_plain else _PLACE).findall(text)
        if places:
            self._row = max(self._row, *map(int, {row for _, row in places}))
            self._column = max(self._column, *map(_number, {column.upper() for column, _ in places}))
        self._placeless_rows += max(text.count(b"<row") + text.count(b":row") - sum(not column for column, _ in places), 0)
        if sum(map(text.count, _CELLS)) > sum(1 for column, _ in places if column):
            self._count(text)

    def _count(self, text: bytes) -> None:
        for number, row in enumerate(_ROW.split(text)):
            self._in_row = len(_CELL.findall(row)) + (0 if number else self._in_row)
            self._widest = max(self._widest, self._in_row)


def _number(letters: bytes) -> int:
    """Of a column: A is 1, XFD is 16,384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
