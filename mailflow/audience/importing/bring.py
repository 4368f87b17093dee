"""Taking a file in: its rows are kept in blocks before anybody is looked at, so that nothing is lost whatever happens."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.words import ImportState, Plan, Sheet

BLOCK = 400
"""Rows carried in by one transaction, which on SQLite is to stay below 50 ms."""


def bring(session: Session, sheet: Sheet, plan: Plan, *, now: datetime) -> Import:
    """Keep the rows of a file that was read; nobody comes in by it yet."""
    brought = Import(
        name=plan.name,
        state=ImportState.READ,
        list_id=plan.list_id,
        basis=plan.grounds.basis,
        wording=plan.grounds.wording,
        header=list(sheet.header),
        mapping=dict(plan.mapping),
        rows=len(sheet.rows),
        blocks=-(-len(sheet.rows) // BLOCK),
        created_at=now,
    )
    session.add(brought)
    session.flush()
    for position in range(brought.blocks):
        rows = [[row.number, row.broken, list(row.cells)] for row in sheet.rows[position * BLOCK :][:BLOCK]]
        session.execute(insert(ImportBlock), {"import_id": brought.id, "position": position, "rows": rows, "outcomes": []})
    return brought
