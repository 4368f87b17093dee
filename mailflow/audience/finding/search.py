"""Finding people as one types, with the same few statements however many people there are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import String, and_, bindparam, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from mailflow.audience.finding.keys import Term, readings
from mailflow.audience.finding.models import SearchKey
from mailflow.audience.queries import installation
from mailflow.audience.telephone import calling_code
from mailflow.foundation.among import among
from mailflow.foundation.database import columns

FIRST_SLICE = 100
MOST_LOOKED_AT = 12_000
"""People of the rarest word who are asked about the others; beyond, another letter is worth more than another second."""
_COUNTED = 400
_LAST = "\U0010ffff"
"""After every other sign."""
Narrow = Callable[[Sequence[int]], set[int]]
"""Those of some people who fit otherwise too."""


@dataclass(frozen=True)
class Matches:
    """People who fit, best first; ``more`` when there are, or may be, others."""

    people: tuple[int, ...]
    more: bool = False


_key = columns(SearchKey)
_IN_STRETCH = and_(_key.word >= bindparam("low"), _key.word < bindparam("high"))
_STRETCH = (
    select(_key.word, _key.subscriber_id)
    .where(_IN_STRETCH, tuple_(_key.word, _key.subscriber_id) > tuple_(bindparam("word", type_=String), bindparam("after")))
    .order_by(_key.word, _key.subscriber_id)
    .limit(bindparam("most"))
)
_COUNT = select(func.count()).select_from(select(literal(1)).select_from(SearchKey.__table__).where(_IN_STRETCH).limit(_COUNTED).subquery())


def search(session: Session, text: str, *, limit: int = 20, narrow: Narrow | None = None) -> Matches:
    """The people whom what was typed fits: every word of it is the beginning of one of theirs, in any order.

    Words are those of address, name and company, without case and accents; telephones in any spelling, or their last digits.
    """
    for terms in readings(text, calling_code(installation(session).zone)):
        found = _fitting(session, terms, limit, narrow)
        if found.people:
            return found
    return Matches(())


def _fitting(session: Session, terms: list[Term], limit: int, narrow: Narrow | None) -> Matches:
    rarest, *others = sorted(terms, key=lambda term: (_rarity(session, term), -len(term.beginnings[0])))
    found: dict[int, None] = {}
    looked_at = 0
    for people in _slices(session, rarest):
        fitting = set(people)
        for term in others:
            fitting &= _having(session, list(fitting), term) if fitting else set()
        if narrow is not None and fitting:
            fitting &= narrow(list(fitting))
        found |= dict.fromkeys(person for person in people if person in fitting)
        looked_at += len(people)
        if len(found) > limit or looked_at >= MOST_LOOKED_AT:
            return Matches(tuple(found)[:limit], more=True)
    return Matches(tuple(found))


def _rarity(session: Session, term: Term) -> int:
    """How many words there are with this beginning, counted no further than it matters."""
    return sum(session.connection().scalar(_COUNT, _stretch(one)) or 0 for one in term.beginnings)


def _slices(session: Session, term: Term) -> Iterator[list[int]]:
    """The people of one term in the order of their words, in slices that grow: the first few are often enough."""
    for beginning in term.beginnings:
        word, after, most = "", 0, FIRST_SLICE
        while True:
            given = {**_stretch(beginning), "word": word, "after": after, "most": most}
            rows = session.connection().execute(_STRETCH, given).all()
            if rows:
                yield [person for _, person in rows]
            if len(rows) < most:
                break
            (word, after), most = rows[-1], most * 4


def _having(session: Session, people: list[int], term: Term) -> set[int]:
    # Written so that no index of words answers: each person has a handful of them, which are looked at one by one.
    word = _key.word.concat("")
    stretches = (_stretch(one) for one in term.beginnings)
    fits = or_(*(and_(word >= one["low"], word < one["high"]) for one in stretches))
    return set(session.connection().scalars(select(_key.subscriber_id).where(among(_key.subscriber_id, people), fits)))


def _stretch(beginning: str) -> dict[str, str]:
    return {"low": beginning, "high": beginning + _LAST}
