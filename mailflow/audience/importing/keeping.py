"""The file's rows, kept in blocks: each in one short transaction, so that what is read once need not be read again."""

import zlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from tempfile import TemporaryFile

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailflow.audience.importing.models import Import, ImportBlock, ImportPiece
from mailflow.audience.importing.reading import open_table
from mailflow.audience.importing.words import FileError, ImportState, Row
from mailflow.foundation.upsert import insert_all

BLOCK = 1000
"""Rows carried in by one transaction, which on SQLite is to stay below 50 ms."""


class Keeping:
    """Reads one file on; the next one to do so goes over what was kept already."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115  # as long as this one; no name, so that a kill leaves nothing behind
        self._rows: Iterator[Row] | None = None
        self._next: list[Row] = []
        self._read = 0
        self._fault = ""

    def prepare(self, session: Session, brought: Import) -> None:
        """Have the next block's rows at hand."""
        try:
            self._read_on(session, brought)
        except FileError as error:
            self._fault = error.word
        except BaseException:
            self._rows = None  # what raised reads no further: it would look as if the file ended here
            raise

    def _read_on(self, session: Session, brought: Import) -> None:
        if self._rows is None or self._read > brought.rows:
            self._rows, self._read = self._opened(session, brought), 0
        for _ in islice(self._rows, brought.rows - self._read):
            pass
        self._next = list(islice(self._rows, BLOCK))
        self._read = brought.rows + len(self._next)

    def write(self, session: Session, brought: Import, *, now: datetime) -> None:
        """Keep them; at the end of the file its pieces go, and at once where it turned out to be none."""
        if self._fault:
            brought.state, brought.fault, brought.since, brought.ended_at = ImportState.FAILED, self._fault, now, now
            return
        if self._next:
            block = {"import_id": brought.id, "position": brought.blocks, "rows": self._next}
            insert_all(session, ImportBlock, [{**block, "outcomes": [], "judged": [], "came": {}}])
            brought.blocks += 1
            brought.rows += len(self._next)
        if len(self._next) < BLOCK:
            session.execute(delete(ImportPiece).where(ImportPiece.import_id == brought.id))
            brought.state, brought.since = ImportState.CHECKING if brought.settled_at else ImportState.READ, now

    def close(self) -> None:
        """The copy of the file goes."""
        self._file.close()

    def _opened(self, session: Session, brought: Import) -> Iterator[Row]:
        self._file.truncate(0)
        self._file.seek(0)
        for position in range(brought.pieces):
            where = (ImportPiece.import_id == brought.id, ImportPiece.position == position)
            self._file.write(zlib.decompress(session.scalars(select(ImportPiece.content).where(*where)).one()))
        return open_table(self._file).rows
