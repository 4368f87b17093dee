"""Taking a file in: kept in pieces, packed, before anybody looks at it, so that whoever works it off needs nothing but the database."""

import secrets
import zlib
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.fields import fields
from mailflow.audience.importing.columns import guess
from mailflow.audience.importing.models import Import, ImportPiece
from mailflow.audience.importing.reading import open_table
from mailflow.audience.importing.words import FileError, ImportState, Row
from mailflow.audience.models import List
from mailflow.foundation.database import Database
from mailflow.foundation.slices import each_alone

PIECE = 1 << 20
_LOOKED_AT = 50
_SHOWN = 10


class Head(NamedTuple):
    """What a file says of itself at its beginning."""

    name: str
    size: int
    header: Sequence[str]
    rows: Sequence[Row]


def take_file(database: Database, path: Path, name: str, *, now: datetime) -> int:
    """Keep an uploaded file, each piece in a transaction of its own; the import's number. FileError: nothing can be made of it.

    Its state is READING then: the scheduler keeps its rows by itself, while somebody settles what the columns hold.
    """
    made: list[int] = []
    with path.open("rb") as file:
        table = open_table(file)
        rows = list(islice(table.rows, _LOOKED_AT))
        head = Head(name, file.seek(0, 2), table.header, rows)
        each_alone(database, [head], lambda session, head: made.append(begin(session, head, now=now).id))
        file.seek(0)
        pieces = enumerate(iter(lambda: file.read(PIECE), b""))
        each_alone(database, pieces, lambda session, piece: _keep(session, made[0], *piece))
    each_alone(database, made, _uploaded)
    return made[0]


def _keep(session: Session, number: int, position: int, content: bytes) -> None:
    session.add(ImportPiece(import_id=number, position=position, content=zlib.compress(content, 1)))
    session.get_one(Import, number).pieces = position + 1


def _uploaded(session: Session, number: int) -> None:
    session.get_one(Import, number).state = ImportState.READING


def begin(session: Session, head: Head, *, now: datetime) -> Import:
    """An import that knows its columns, guessed, and none of its rows yet. FileError: there is no list to join."""
    first = session.scalar(select(List.id).order_by(List.position, List.id).limit(1))
    if first is None:
        raise FileError("no-list")
    brought = Import(
        token=secrets.token_urlsafe(16),
        name=head.name,
        state=ImportState.UPLOADING,
        list_id=first,
        header=list(head.header),
        mapping=guess(head.header, head.rows, fields(session)),
        sample=[[cell[: _SHOWN * 10] for cell in row.cells] for row in head.rows[:_SHOWN]],
        size=head.size,
        created_at=now,
        since=now,
    )
    session.add(brought)
    session.flush()
    return brought
