"""What every clause is made within: the moment, and the one person asked about, if it is only one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import InstrumentedAttribute

from mailflow.audience.models import Subscriber
from mailflow.segments.models import Engagement


@dataclass(frozen=True)
class Frame:
    """``now`` is what "within days" counts back from; days of the calendar are those of UTC."""

    now: datetime
    person: int | None = None
    few: bool = False
    """People come from their sums, few and one at a time: each is looked up in what else is asked, instead of listing all who fit."""

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

    def among(self, people: Select[Any], column: Any) -> ColumnElement[bool]:
        """That the person is among those whom a select of ``column`` finds."""
        if self.few:
            return people.where(column == Engagement.subscriber_id).correlate(Engagement).exists()
        return Subscriber.id.in_(self.narrow(people, column))

    def listed(self, people: Select[Any]) -> ColumnElement[bool]:
        """The same of a select that must see everybody to know anybody's place: it is worked out once, whoever is asked about."""
        return (Engagement.subscriber_id if self.few else Subscriber.id).in_(people)

    def own(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """A condition on Subscriber, asked of the person whoever she comes from."""
        if not self.few:
            return condition
        return select(Subscriber.id).where(Subscriber.id == Engagement.subscriber_id, condition).correlate(Engagement).exists()

    def narrow(self, people: Select[Any], column: Any) -> Select[Any]:
        """A set of people cut down to the one asked about, so that an answer for one does not read everybody's lines."""
        return people if self.person is None else people.where(column == self.person)
