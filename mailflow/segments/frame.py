"""What every clause is made within: the moment, and the one person asked about, if it is only one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, true
from sqlalchemy.orm import InstrumentedAttribute


@dataclass(frozen=True)
class Frame:
    """``now`` is what "within days" counts back from; days of the calendar are those of UTC."""

    now: datetime
    person: int | None = None

    @property
    def today(self) -> date:
        """The calendar day of ``now``."""
        return self.now.date()

    def since(self, days: int) -> datetime:
        """The instant so many days ago, on the second: so it compares alike with instants and with whole seconds."""
        return self.now.replace(microsecond=0) - timedelta(days=days)

    def second(self, days: int) -> int:
        """The same as a number of seconds since 1970."""
        return int(self.since(days).timestamp())

    def after(self, column: InstrumentedAttribute[datetime], days: int | None) -> ColumnElement[bool]:
        """That ``column`` lies within the last ``days``; always so without a number of days."""
        return true() if days is None else column >= self.since(days)

    def narrow(self, people: Select[Any], column: InstrumentedAttribute[int]) -> Select[Any]:
        """A set of people cut down to the one asked about, so that an answer for one does not read everybody's lines."""
        return people if self.person is None else people.where(column == self.person)
