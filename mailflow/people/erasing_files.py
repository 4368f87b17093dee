"""What imports keep of a person who is to be forgotten: rows, samples, and files that nobody has read yet.

Looking for her takes its time and locks nothing; what is found is written block by block, each in one short transaction.
"""

import json
import re
import zlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session

from mailflow.audience.importing.forgetting import forget_some
from mailflow.audience.importing.models import Import, ImportBlock, ImportPiece
from mailflow.audience.importing.words import ImportState
from mailflow.foundation.database import Database
from mailflow.foundation.slices import each_alone

_PACKED = b"PK\x03\x04"
"""How workbooks and ZIP archives begin: nobody can tell whom they name."""
_COMING = timedelta(hours=1)
"""An upload younger than this may still be under way."""


def clear_files(database: Database, addresses: Collection[str], *, now: datetime) -> None:
    """Take these addresses out of everything that imports keep; an unread file that may name one is not read any more."""
    told = {spelling for address in addresses for spelling in _spellings(address)}
    with database.read() as session:
        unread = [number for number in _unread(session, now) if _may_name(session, number, told)]
        blocks = session.execute(select(ImportBlock.import_id, ImportBlock.position).where(_any(_BLOCK, told))).all()
        samples = list(session.scalars(select(Import.id).where(_any((Import.sample,), told))))
    for number in unread:
        _give_up(database, number, now)
    each_alone(database, blocks, lambda session, key: _clear_block(session.get(ImportBlock, tuple(key), with_for_update=True), told))
    each_alone(database, samples, lambda session, number: _clear_sample(session.get(Import, number), told))


_BLOCK = (ImportBlock.rows, ImportBlock.judged, ImportBlock.outcomes)


def _spellings(address: str) -> set[str]:
    """In lower case, and with the domain as people write it (RFC 5890), since a file may have either."""
    local, _, domain = address.lower().rpartition("@")
    try:
        return {address.lower(), f"{local}@{domain.encode().decode('idna')}"}
    except UnicodeError:
        return {address.lower()}


def _any(columns: Collection[Any], told: Collection[str]) -> ColumnElement[bool]:
    return or_(*(func.lower(cast(one, String)).contains(json.dumps(text)[1:-1], autoescape=True) for one in columns for text in told))


def _unread(session: Session, now: datetime) -> list[int]:
    over = or_(Import.state != ImportState.UPLOADING, Import.since < now - _COMING)
    return list(session.scalars(select(Import.id).where(Import.id.in_(select(ImportPiece.import_id)), over)))


def _may_name(session: Session, number: int, told: Collection[str]) -> bool:
    """Piece by piece, each with the end of the one before, where an address may be cut in two."""
    end, wanted = b"", [text.encode(code) for text in told for code in ("utf-8", "latin-1", "utf-16-le", "utf-16-be") if _fits(text, code)]
    there = ImportPiece.import_id == number
    for position in session.scalars(select(ImportPiece.position).where(there).order_by(ImportPiece.position)).all():
        packed = session.scalar(select(ImportPiece.content).where(there, ImportPiece.position == position)) or zlib.compress(b"")
        piece = end + zlib.decompress(packed)
        if piece.startswith(_PACKED) or any(one in piece.lower() for one in wanted):
            return True
        end = piece[-2 * 254 :]
    return False


def _fits(text: str, code: str) -> bool:
    return code != "latin-1" or all(ord(letter) < 256 for letter in text)


def _give_up(database: Database, number: int, now: datetime) -> None:
    """First nobody reads on, then its pieces go, some at a time."""
    more = True

    def stop(session: Session, number: int) -> None:
        brought = session.get(Import, number)
        if brought is not None and brought.state != ImportState.FAILED:
            brought.state, brought.since, brought.ended_at = ImportState.CANCELLED, now, now

    def forget(session: Session, number: int) -> None:
        nonlocal more
        more = session.get(Import, number) is not None and forget_some(session, number, now=now)

    each_alone(database, [number], stop)
    each_alone(database, iter(lambda: number if more else None, None), forget)


def _clear_block(block: ImportBlock | None, told: Collection[str]) -> None:
    if block is not None:
        block.rows = [[number, broken, [] if _names(cells, told) else cells] for number, broken, cells in block.rows]
        block.judged = [None if one and str(one[0]).lower() in told else one for one in block.judged]
        block.outcomes = [[*one[:-1], ""] if isinstance(one, list) and _names(one[-1:], told) else one for one in block.outcomes]


def _clear_sample(brought: Import | None, told: Collection[str]) -> None:
    if brought is not None:
        brought.sample = [cells for cells in brought.sample if not _names(cells, told)]


def _names(cells: Collection[Any], told: Collection[str]) -> bool:
    """Whether one of these stands there by itself: ana@ is no part of juana@."""
    whole = re.compile(rf"(?<![\w.+-])(?:{'|'.join(map(re.escape, told))})(?![\w-]|\.\w)")
    return any(whole.search(str(cell).lower()) for cell in cells)
