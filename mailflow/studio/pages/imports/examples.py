"""Some rows for each thing that becomes of rows, so that nobody has to open the report to understand it."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.words import EMAIL

_EACH = 3
_BLOCKS = 40
"""Looked through at most: some 16,000 rows; what is rarer than that stands in the report."""
_LONGEST = 60


class Example(NamedTuple):
    """One row: its number in the file, what stands where the address should, and a hint."""

    number: int
    text: str
    note: str


def examples(session: Session, brought: Import, wanted: Collection[str]) -> dict[str, list[Example]]:
    """A few rows by what becomes of them, the first in the file."""
    place = next((int(at) for at, held in brought.mapping.items() if held == EMAIL), 0)
    found: dict[str, list[Example]] = defaultdict(list)
    blocks = select(ImportBlock).where(ImportBlock.import_id == brought.id).order_by(ImportBlock.position).limit(_BLOCKS)
    for block in session.scalars(blocks.execution_options(yield_per=4)):
        for (number, _, cells), said in zip(block.rows, block.outcomes, strict=False):
            outcome, _, note = (said, (), "") if isinstance(said, str) else said
            if len(found[outcome]) < _EACH and cells:
                text = cells[place] if place < len(cells) else " ".join(cells)
                found[outcome].append(Example(number, text.strip()[:_LONGEST], note))
        session.expunge(block)
        if all(len(found[outcome]) >= _EACH for outcome in wanted):
            break
    return found
