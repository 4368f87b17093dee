"""How closely opens and clicks of a person are kept: what the law of her country says, and what she says."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.audience import consent
from mailflow.audience.models import ConsentLine, Field, Subscriber, TrackingDefault
from mailflow.audience.rules import country_of
from mailflow.audience.words import Consent, FieldKind, Method, Origin, Tracking
from mailflow.foundation.among import among
from mailflow.foundation.upsert import insert_many

ELSEWHERE = ""
"""Stands for every country without a rule of its own."""
STANDARD: Mapping[str, tuple[Tracking, str]] = {
    ELSEWHERE: (Tracking.AGGREGATE, "EDPB 2/2023"),
    "AT": (Tracking.NONE, "TKG 2021 § 165"),
    "DE": (Tracking.NONE, "TDDDG § 25"),
    "ES": (Tracking.AGGREGATE, "LSSI 22.2"),
    "FR": (Tracking.AGGREGATE, "CNIL 2026-042"),
}
"""Until somebody agrees to more, by country. Germany and Austria ask for consent before anything is read from a device at all; CNIL
leaves out of that what names nobody."""
WITHOUT_ASKING = (Tracking.NONE, Tracking.AGGREGATE, Tracking.LAST_OPEN)
"""Levels that may be a country's rule; the closest one needs a person's own word."""


def defaults(session: Session) -> dict[str, tuple[Tracking, str]]:
    """Level and ground by country: the standard ones, and over them what this installation decided."""
    own = {row.country: (Tracking(row.level), row.ground) for row in session.scalars(select(TrackingDefault))}
    return dict(sorted({**STANDARD, **own}.items()))


def set_default(session: Session, country: str, level: Tracking, ground: str) -> bool:
    """Decide for who comes from a country and says nothing from now on; False for a level that needs consent, or no country."""
    if level not in WITHOUT_ASKING or (country and not country_of(country)):
        return False
    session.merge(TrackingDefault(country=country, level=level, ground=ground.strip()))
    session.flush()
    return True


class CountryRules:
    """What holds for newcomers, read once for many."""

    def __init__(self, session: Session) -> None:
        places = select(Field.key).where(Field.kind == FieldKind.PLACE).order_by(Field.position, Field.id)
        self._places = list(session.scalars(places))
        self._known = defaults(session)

    def level(self, values: Mapping[str, Any]) -> Tracking:
        """For one of whom these values are known; her country is the first that a place names."""
        country = next((found for key in self._places if (found := country_of(str(values.get(key) or "")))), ELSEWHERE)
        return self._known.get(country, self._known[ELSEWHERE])[0]


def default_level(session: Session, values: Mapping[str, Any]) -> Tracking:
    """What holds for a newcomer of whom these values are known."""
    return CountryRules(session).level(values)


def set_level(session: Session, person: Subscriber, level: Tracking, evidence: consent.Evidence, *, now: datetime) -> bool:
    """Keep a person's opens and clicks so from now on, with a line that shows why; whether that is new. Less takes her last day away."""
    if person.tracking == level:
        return False
    person.tracking = level
    if level not in (Tracking.LAST_OPEN, Tracking.INDIVIDUAL):
        person.last_open_on = None
    consent.record_level(session, person.id, level, evidence, now=now)
    return True


def begin(session: Session, person: Subscriber, values: Mapping[str, Any], *, now: datetime) -> None:
    """Put a newcomer's country's rule in force; totals, which no line need show, are where everybody begins."""
    level = default_level(session, values)
    set_level(session, person, level, consent.Evidence("", "", person.source, Method.DEFAULT, Origin()), now=now)


def begin_all(session: Session, levels: Mapping[int, Tracking], source: str, *, now: datetime) -> None:
    """The same for many newcomers who came together, by their numbers; in two statements for each level."""
    people: dict[Tracking, list[int]] = defaultdict(list)
    for person, level in levels.items():
        if level is not Tracking.AGGREGATE:
            people[level].append(person)
    line = {"at": now, "purpose": Consent.TRACKING, "list_id": None, "granted": False, "wording": "", "wording_digest": consent.digest("")}
    line |= {"language": "", "source": source, "method": Method.DEFAULT}
    for level, theirs in people.items():
        kept = update(Subscriber).where(among(Subscriber.id, theirs)).values(tracking=level)
        session.execute(kept.execution_options(synchronize_session=False))
        insert_many(session, ConsentLine, ("subscriber_id",), [[person] for person in theirs], choice=level, **line)
