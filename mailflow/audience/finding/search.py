"""Finding people as one types, with the same few statements however many people there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from mailflow.audience.finding.keys import Term, readings
from mailflow.audience.finding.models import SearchKey
from mailflow.audience.models import Subscriber
from mailflow.audience.queries import installation
from mailflow.audience.telephone import calling_code
from mailflow.foundation.database import columns

MOST_LOOKED_AT = 5_000
"""People of the rarest word who are asked about the others; beyond, another letter is worth more than another second."""
_COUNTED = 400
_LAST = "\U0010ffff"
"""After every other sign."""


@dataclass(frozen=True)
class Matches:
    """People who fit, best first; ``more`` when there are, or may be, others."""

    people: tuple[int, ...]
    more: bool = False


_key = columns(SearchKey)
_IN_STRETCH = and_(_key.word >= bindparam("low"), _key.word < bindparam("high"))
_counted = select(literal(1)).select_from(SearchKey.__table__).where(_IN_STRETCH).limit(bindparam("most"))
_COUNT = select(func.count()).select_from(_counted.subquery())


def search(session: Session, text: str, *, limit: int = 20, narrow: Sequence[ColumnElement[bool]] = ()) -> Matches:
    """The people whom what was typed fits: every word of it is the beginning of one of theirs, in any order.

    Words are those of address, name and company, without case and accents; telephones in any spelling, or their last digits.
    ``narrow`` are conditions of :class:`Subscriber` that hold for them, too.
    """
    for terms in readings(text, calling_code(installation(session).zone)):
        found = _fitting(session, terms, limit, narrow)
        if found.people:
            return found
    return Matches(())


def _fitting(session: Session, terms: list[Term], limit: int, narrow: Sequence[ColumnElement[bool]]) -> Matches:
    rarest, *others = sorted(terms, key=lambda term: (_rarity(session, term), -len(term.beginnings[0])))
    found: dict[int, None] = {}
    more = False
    for beginning in rarest.beginnings:
        # Read in the order of the words, and no further than enough fit; twice as many, since one may have two words that begin so.
        rows = session.connection().scalars(_people(beginning, others, narrow).limit(2 * limit + 2)).all()
        found |= dict.fromkeys(rows)
        if len(found) > limit:
            return Matches(tuple(found)[:limit], more=True)
        more = more or (bool(others or narrow) and _count(session, beginning, MOST_LOOKED_AT) == MOST_LOOKED_AT)
    return Matches(tuple(found), more)


def _rarity(session: Session, term: Term) -> int:
    """How many words there are with this beginning, counted no further than it matters."""
    return sum(_count(session, one, _COUNTED) for one in term.beginnings)


def _count(session: Session, beginning: str, most: int) -> int:
    return session.connection().scalar(_COUNT, {**_stretch(beginning), "most": most}) or 0


def _people(beginning: str, others: Sequence[Term], narrow: Sequence[ColumnElement[bool]]) -> Select[int]:
    """The people of a stretch of words who have the others' words, too, each looked up by itself.

    EXISTS would let PostgreSQL read everybody who has the other word: what a LIMIT ends is left where it stands.
    """
    low, high = _ends(beginning)
    stretch = select(_key.subscriber_id, _key.word).where(_key.word >= low, _key.word < high)
    first = stretch.order_by(_key.word, _key.subscriber_id).limit(MOST_LOOKED_AT).subquery()
    fitting = select(first.c.subscriber_id)  # as they come: asked to sort, SQLite would look at all of them first
    for term in others:
        fitting = fitting.where(or_(*(_has(first.c.subscriber_id, one) for one in term.beginnings)))
    if narrow:
        hers = select(literal(1)).select_from(Subscriber).where(Subscriber.id == first.c.subscriber_id, *narrow).limit(1)
        fitting = fitting.where(hers.scalar_subquery().is_not(None))
    return fitting


def _has(person: ColumnElement[int], beginning: str) -> ColumnElement[bool]:
    word = aliased(SearchKey)
    low, high = _ends(beginning)
    hers = select(literal(1)).where(word.subscriber_id == person, word.word >= low, word.word < high).limit(1)
    return hers.scalar_subquery().is_not(None)


def _ends(beginning: str) -> tuple[str, str]:
    return beginning, beginning + _LAST


def _stretch(beginning: str) -> dict[str, str]:
    low, high = _ends(beginning)
    return {"low": low, "high": high}
