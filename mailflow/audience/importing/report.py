"""What became of the rows, as a table that a spreadsheet opens: those that did not come in, and those that came in without something."""

import csv
import io
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.words import COMES_IN
from mailflow.foundation.spreadsheet import safe_cell


def report(session: Session, brought: Import) -> Iterator[str]:
    """The lines of a CSV file, one by one: row number, outcome, what was left out, a hint, and the row itself where it stayed out."""
    yield _line(["row", "outcome", "left out", "hint", *brought.header])
    for position in range(brought.blocks):
        block = session.scalars(
            select(ImportBlock).where(ImportBlock.import_id == brought.id, ImportBlock.position == position)
        ).one_or_none()
        if block is None:  # its rows were deleted since
            return
        for (number, _, cells), told in zip(block.rows, block.outcomes, strict=False):
            outcome, dropped, note = (told, [], "") if isinstance(told, str) else told
            if outcome not in COMES_IN or dropped or note:
                yield _line([str(number), outcome, " ".join(dropped), note, *cells])
        session.expunge(block)


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(map(safe_cell, cells))
    return out.getvalue()
