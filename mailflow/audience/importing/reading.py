"""From the bytes of a file to rows, whatever program wrote it; a row that cannot be read costs no other (RFC 4180, and what is met).

A quote that is never closed makes Python's csv swallow all that follows: here a record that does not end within some lines is one
broken row, and reading goes on behind its first line.
"""

import csv
import io
from collections.abc import Iterator, Sequence

from mailflow.audience.importing.words import LONGEST_CELL, MOST_COLUMNS, FileError, Row, Sheet
from mailflow.audience.importing.workbook import is_workbook, workbook_rows

_SEPARATORS = ",;\t|"
_MOST_LINES = 20
"""Lines that one record may have: somebody's notes, say."""
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
csv.field_size_limit(16 * LONGEST_CELL)


def read(content: bytes) -> Sheet:
    """A file's columns and rows. FileError: it is empty, no text, or a table of no sense."""
    rows = iter(workbook_rows(content) if is_workbook(content) else _text_rows(content))
    header = [name.strip() for name in next(rows, Row(0, ())).cells]
    if len(header) > MOST_COLUMNS:
        raise FileError("too-many-columns")
    if not any(header):
        raise FileError("no-columns")
    return Sheet(header, [row for row in rows if row.broken or any(cell.strip() for cell in row.cells)])


def _text_rows(content: bytes) -> Iterator[Row]:
    lines = _decoded(content).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise FileError("empty")
    return _records(lines, _separator(lines))


def _decoded(content: bytes) -> str:
    """By its mark, else UTF-8, else what Windows writes in the West; text holds no NUL."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return _strictly(content, encoding)
    if content[:400].count(b"\0") > len(content[:400]) // 4:  # UTF-16 without a mark: every other byte of Latin letters is 0
        return _strictly(content, "utf-16-le" if content[1:2] == b"\0" else "utf-16-be")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise FileError("not-text") from None


def _separator(lines: Sequence[str]) -> str:
    """What stands between the columns of the first lines, as often in each of them."""

    def score(mark: str) -> tuple[int, int]:
        counts = [len(next(csv.reader([line], delimiter=mark), [])) for line in lines[:20] if line.strip()]
        return (sum(count == counts[0] for count in counts) if counts[0] > 1 else 0, counts[0])

    return max(_SEPARATORS, key=score)


def _records(lines: Sequence[str], separator: str) -> Iterator[Row]:
    at = 0
    while at < len(lines):
        size, cells = _record(lines, at, separator)
        yield Row(at + 1, cells, broken=not size)
        at += max(size, 1)


def _record(lines: Sequence[str], at: int, separator: str) -> tuple[int, Sequence[str]]:
    """How many lines the record that begins here has, and its cells; 0 lines for one that cannot be read."""
    for size in range(1, min(_MOST_LINES, len(lines) - at) + 1):
        cells = _cells("\n".join(lines[at : at + size]), separator)
        if cells is not None:
            return (size, cells) if cells else (0, [lines[at][:200].replace("\0", "\N{REPLACEMENT CHARACTER}")])
    return 0, [lines[at][:200]]


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
