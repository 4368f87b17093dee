"""What the words of a column for the sex mean: M is a woman beside H, a man beside F, and by itself nobody knows."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.importing.columns import plain
from mailflow.audience.importing.models import Import, ImportBlock

SEX = "sex"
_WOMAN, _MAN = "f", "m"
_WORDS = {
    _WOMAN: ("f", "fem", "femenino", "femenina", "female", "mujer", "woman"),
    _MAN: ("h", "v", "masc", "masculino", "male", "hombre", "varon", "man"),
}
_BOTH = "m"
"""Mujer or masculino in Spanish, male in English."""
_MAN_BESIDE_IT, _WOMAN_BESIDE_IT = frozenset("hv"), frozenset("f")
_ENGLISH = frozenset({"sex", "gender"})
_UNCLEAR = "?"
"""No key of any choice, so that the cell is left out and told."""


def sex_words(session: Session, brought: Import) -> Mapping[str, str]:
    """The field's keys by the words for them in this file; nothing where no column holds it. The whole column decides."""
    place = next((int(at) for at, held in brought.mapping.items() if held == SEX), None)
    if place is None:
        return {}
    words = {word: key for key, several in _WORDS.items() for word in several}
    return words | {_BOTH: _meant(_letters(session, brought, place), brought.header, place)}


def _meant(letters: set[str], header: Sequence[str], place: int) -> str:
    beside = (bool(letters & _MAN_BESIDE_IT), bool(letters & _WOMAN_BESIDE_IT))
    by_name = _MAN if place < len(header) and plain(header[place]) in _ENGLISH else _UNCLEAR
    return {(True, False): _WOMAN, (False, True): _MAN, (False, False): by_name}.get(beside, _UNCLEAR)


def _letters(session: Session, brought: Import, place: int) -> set[str]:
    """The single letters that stand beside M, as far as the first block that has one: files come sorted, too."""
    for position in range(brought.blocks):
        where = (ImportBlock.import_id == brought.id, ImportBlock.position == position)
        cells = {row[2][place] for row in session.scalars(select(ImportBlock.rows).where(*where)).one() if place < len(row[2])}
        found = {plain(cell) for cell in cells} & (_MAN_BESIDE_IT | _WOMAN_BESIDE_IT)
        if found:
            return found
    return set()
