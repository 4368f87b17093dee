"""Cells: the reporting values people had when written to, shared by all with the same ones."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.foundation.upsert import insert_new
from mailflow.outbox.models import Cell

_AT_ONCE = 500


def digest_of(values: Mapping[str, Any]) -> str:
    """The same values give the same digest, whatever their order."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def cell_ids(session: Session, combinations: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The id of each combination's cell by digest; missing cells are made."""
    wanted = {digest_of(values): dict(values) for values in combinations}
    found = _known(session, list(wanted))
    missing = [{"digest": digest, "data": wanted[digest]} for digest in wanted if digest not in found]
    if missing:
        insert_new(session, Cell, missing)
        found |= _known(session, [row["digest"] for row in missing])  # type: ignore[misc]
    return found


def _known(session: Session, digests: list[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for start in range(0, len(digests), _AT_ONCE):
        rows = session.execute(select(Cell.digest, Cell.id).where(Cell.digest.in_(digests[start : start + _AT_ONCE])))
        known |= {digest: cell_id for digest, cell_id in rows}  # noqa: C416  # rows are no plain tuples
    return known
