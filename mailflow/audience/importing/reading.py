"""From a file to rows, whatever program wrote it; a row that cannot be read costs no other (RFC 4180, and what is met).

A quote that is never closed makes Python's csv swallow all that follows: here a record that does not end within some lines is one
broken row, and reading goes on behind its first line. Of a text no more than some lines are in memory.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from mailflow.audience.importing.archive import archive_rows, is_archive
from mailflow.audience.importing.words import LONGEST_CELL, MOST_COLUMNS, FileError, Row
from mailflow.audience.importing.workbook import is_workbook, workbook_rows

_SEPARATORS = ",;\t|"
_MOST_LINES = 20
"""Lines that one record may have: somebody's notes, say."""
_LONGEST_LINE = 1_000_000
_PORTION = 1 << 18
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_UNREADABLE = "\0"
"""What stands at the head of a line that was cut."""
csv.field_size_limit(16 * LONGEST_CELL)


class Table(NamedTuple):
    """A file that was opened: its columns' names, and every row below them, read as they are asked for."""

    header: Sequence[str]
    rows: Iterator[Row]


def open_table(file: BinaryIO) -> Table:
    """A file's columns and rows; it must stay open. FileError: it is empty, no text, or a table of no sense."""
    file.seek(0)
    head = file.read(400)
    rows = _rows(file, head)
    header = [name.strip() for name in next(rows, Row(0, False, ())).cells]
    if len(header) > MOST_COLUMNS:
        raise FileError("too-many-columns")
    if not any(header):
        raise FileError("no-columns")
    return Table(header, (row for row in rows if row.broken or any(map(str.strip, row.cells))))


def _rows(file: BinaryIO, head: bytes) -> Iterator[Row]:
    if not is_workbook(head):
        return _text_rows(file, head)
    return archive_rows(file, _inner_rows) if is_archive(file) else iter(workbook_rows(file))


def _inner_rows(file: BinaryIO) -> Iterator[Row]:
    return _text_rows(file, file.read(400))


def _text_rows(file: BinaryIO, head: bytes) -> Iterator[Row]:
    lines = _lines(file, _encoding(file, head))
    first: list[str] = []
    for line in lines:
        first.append(line)
        if len(first) >= _MOST_LINES:
            break
    if not any(map(str.strip, first)) and not any(map(str.strip, lines)):
        raise FileError("empty")
    return _records(first, lines, _separator(first))


def _encoding(file: BinaryIO, head: bytes) -> str:
    """By its mark, else UTF-8, else what Windows writes in the West; text holds no NUL."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return _strictly(file, encoding)
    if head.count(b"\0") > len(head) // 4:  # UTF-16 without a mark: every other byte of Latin letters is 0
        return _strictly(file, "utf-16-le" if head[1:2] == b"\0" else "utf-16-be")
    return "utf-8" if _decodes(file, "utf-8") else "cp1252"


def _strictly(file: BinaryIO, encoding: str) -> str:
    if not _decodes(file, encoding):
        raise FileError("not-text")
    return encoding


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while portion := file.read(_PORTION):
            decoder.decode(portion)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Line by line, however they end; what is longer than any record comes cut, and cannot be read."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
    file.seek(0)
    rest, is_cut = "", False
    while portion := file.read(_PORTION):
        *whole, rest = (rest + decoder.decode(portion)).split("\n")
        if is_cut and whole:
            whole[0], is_cut = _UNREADABLE + whole[0], False
        yield from whole
        if len(rest) > _LONGEST_LINE:
            rest, is_cut = rest[:200], True
    *whole, rest = (rest + decoder.decode(b"", final=True)).split("\n")
    yield from (_UNREADABLE + line if is_cut and not place else line for place, line in enumerate([*whole, rest]) if line or place == 0)


def _separator(lines: Sequence[str]) -> str:
    """What stands between the columns of the first lines, as often in each of them."""

    def score(mark: str) -> tuple[int, int]:
        counts = [len(next(csv.reader([line.replace("\0", "")], delimiter=mark), [])) for line in lines if line.strip()]
        return (sum(count == counts[0] for count in counts) if counts[0] > 1 else 0, counts[0])

    return max(_SEPARATORS, key=score)


def _records(first: Sequence[str], rest: Iterator[str], separator: str) -> Iterator[Row]:
    ahead, number = deque(first), 1
    while (line := ahead.popleft() if ahead else next(rest, None)) is not None:
        if '"' not in line and "\0" not in line and len(line) <= LONGEST_CELL:  # nearly every line there is
            yield Row(number, False, line.split(separator))
            number += 1
            continue
        size, cells = _record(line, ahead, rest, separator)
        yield Row(number, not size, cells)
        for _ in range(size - 1):
            ahead.popleft()
        number += max(size, 1)


def _record(line: str, ahead: deque[str], rest: Iterator[str], separator: str) -> tuple[int, Sequence[str]]:
    """How many lines the record that begins here has, and its cells; 0 lines for one that cannot be read."""
    text = line
    for size in range(1, _MOST_LINES + 1):
        cells = _cells(text, separator)
        if cells is not None:
            return (size, cells) if cells else (0, [line[:200].replace("\0", "\N{REPLACEMENT CHARACTER}")])
        if len(ahead) < size:
            following = next(rest, None)
            if following is None:
                break
            ahead.append(following)
        text = f"{text}\n{ahead[size - 1]}"
    return 0, [line[:200]]


def _cells(record: str, separator: str) -> Sequence[str] | None:
    """The record's cells, none for one that is broken; None where a quote is still open at its end."""
    if "\0" in record:
        return []
    if '"' not in record:
        cells = record.split(separator)
    else:
        try:
            cells = next(csv.reader(io.StringIO(record, newline=""), delimiter=separator, strict=True), [])
        except csv.Error as error:
            return None if "end of data" in str(error) else []
    return cells if all(len(cell) <= LONGEST_CELL for cell in cells) else []
