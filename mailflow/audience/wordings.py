"""The words that people agreed to, numbered: which version somebody saw can be told years later."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mailflow.audience.models import ConsentLine, Wording
from mailflow.foundation.alone import be_alone
from mailflow.foundation.among import among

_ONE_PERSONS = "subscription:"


def keep_wording(session: Session, source: str, purpose: str, language: str, words: tuple[str, str], *, now: datetime) -> None:
    """Give these words, a digest and a text, the next version's number of their place, unless they have one."""
    place = place_of(source)
    digest, text = words
    known = select(Wording.version).where(*_in(place, purpose, language))
    if session.scalar(known.where(Wording.digest == digest)) is not None:
        return
    be_alone(session, "word", f"{place} {purpose} {language}")
    version = (session.scalar(select(func.max(Wording.version)).where(*_in(place, purpose, language))) or 0) + 1
    if session.scalar(known.where(Wording.digest == digest)) is None:
        session.add(Wording(place=place, purpose=purpose, language=language, digest=digest, version=version, text=text, since=now))
        session.flush()


def place_of(source: str) -> str:
    """Where words stood: a consent line's source, but that everybody's own link leads to one page."""
    return "page" if source.startswith(_ONE_PERSONS) else source


def versions(session: Session, lines: Iterable[ConsentLine]) -> dict[int, int]:
    """The versions of the words of these lines, by the line's number; none of a line without words."""
    asked = list(lines)
    found = session.scalars(select(Wording).where(among(Wording.digest, sorted({line.wording_digest for line in asked}))))
    numbers = {(one.place, one.purpose, one.language, one.digest): one.version for one in found}
    keys = {line.id: (place_of(line.source), line.purpose, line.language, line.wording_digest) for line in asked if line.wording}
    return {number: numbers[key] for number, key in keys.items() if key in numbers}


def _in(place: str, purpose: str, language: str) -> tuple[ColumnElement[bool], ...]:
    return (Wording.place == place, Wording.purpose == purpose, Wording.language == language)
