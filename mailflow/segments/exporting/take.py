"""The file itself, made as it is read, and the line that says who took it."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from mailflow.audience.exporting.taken import ended, take_out
from mailflow.foundation.database import Database
from mailflow.foundation.decimals import figures
from mailflow.foundation.spreadsheet import safe_cell
from mailflow.foundation.xlsx import Cell, workbook
from mailflow.segments.exporting.people import numbers, offered, people
from mailflow.segments.exporting.words import ExportError, Form, Wanted

_PIECE = 64 * 1024


class Taken:
    """One export: :meth:`begin` writes it down before the first byte leaves, and :meth:`end` how many people left when the last one has."""

    def __init__(self, database: Database, wanted: Wanted, *, now: datetime) -> None:
        """ExportError: no such list, segment or column."""
        self._database, self._wanted = database, wanted
        with database.read() as session:
            if not wanted.columns:
                raise ExportError("no-columns")
            if not set(wanted.columns) <= set(offered(session)):
                raise ExportError("no-column")
            self._ids = numbers(session, wanted.what, now=now)
        self.rows = self._number = 0

    def begin(self, session: Session, *, by: str, now: datetime) -> None:
        """Write down who takes what."""
        self._number = take_out(session, by, self._wanted.form, self._wanted.what, self._wanted.columns, now=now).id

    def end(self, session: Session) -> None:
        """Write down that it is whole, and how many people it holds."""
        ended(session, self._number, self.rows)

    def pieces(self) -> Iterator[bytes]:
        """The file, piece by piece."""
        facts = self._counted(people(self._database, self._ids, self._wanted.columns))
        if self._wanted.form is Form.XLSX:
            return workbook(self._table(facts))
        return _gathered(_lines(facts) if self._wanted.form is Form.JSONL else self._records(facts))

    def _counted(self, facts: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for one in facts:
            self.rows += 1
            yield one

    def _table(self, facts: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[Cell]]:
        yield self._wanted.columns
        for one in facts:
            yield [_cell(value) for value in one.values()]

    def _records(self, facts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """RFC 4180 with a mark of UTF-8, which spreadsheets ask for; no cell can be taken for a formula."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";" if self._wanted.comma else ",")
        yield "\ufeff"
        for row in self._table(facts):
            writer.writerow([self._written(cell) for cell in row])
            yield out.getvalue()
            out.seek(0)
            out.truncate()

    def _written(self, cell: Cell) -> str:
        if isinstance(cell, float | Decimal):
            plain = f"{cell:f}" if isinstance(cell, Decimal) else figures(cell)
            return plain.replace(".", "," if self._wanted.comma else ".")
        return "" if cell is None else safe_cell(cell) if isinstance(cell, str) else str(cell)


def _lines(facts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for one in facts:
        yield json.dumps(one, ensure_ascii=False, default=str) + "\n"


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if value is None or isinstance(value, str | int | float | Decimal | date) else str(value)


def _gathered(texts: Iterable[str]) -> Iterator[bytes]:
    kept: list[str] = []
    size = 0
    for text in texts:
        kept.append(text)
        size += len(text)
        if size > _PIECE:
            yield "".join(kept).encode()
            kept, size = [], 0
    yield "".join(kept).encode()
