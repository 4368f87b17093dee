"""A slow, obvious second answer: evaluates a tree person by person over loaded rows."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.audience.models import ConsentLine, List, Subscriber, Subscription
from mailflow.audience.profile import values
from mailflow.outbox.models import Mailing
from mailflow.segments import words as w
from mailflow.segments.models import Purchase, SegmentMember


@dataclass
class Person:
    """Everything known of one person."""

    row: Subscriber
    states: dict[str, str] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    lines: list[Activity] = field(default_factory=list)
    consents: list[ConsentLine] = field(default_factory=list)
    bought: list[Purchase] = field(default_factory=list)


class Oracle:
    """Knows the whole population."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.now = now = now.replace(microsecond=0)
        rows = list(session.scalars(select(Subscriber)))
        profiles = values(session, [row.id for row in rows])
        self.people = {row.id: Person(row, profile=profiles[row.id]) for row in rows}
        slugs = {one.id: one.slug for one in session.scalars(select(List))}
        for subscription in session.scalars(select(Subscription)):
            self.people[subscription.subscriber_id].states[slugs[subscription.list_id]] = subscription.state
        for line in session.scalars(select(Activity)):
            if line.subscriber_id in self.people:
                self.people[line.subscriber_id].lines.append(line)
        for line in session.scalars(select(ConsentLine).order_by(ConsentLine.id)):
            self.people[line.subscriber_id].consents.append(line)
        for one in session.scalars(select(Purchase)):
            self.people[one.subscriber_id].bought.append(one)
        self.campaigns = set(session.scalars(select(Mailing.id).where(Mailing.kind == "campaign")))
        self.by_hand: dict[int, set[int]] = defaultdict(set)
        for member in session.scalars(select(SegmentMember)):
            self.by_hand[member.segment_id].add(member.subscriber_id)

    def members(self, tree: w.Group) -> set[int]:
        return {number for number, person in self.people.items() if self.holds(tree, person)}

    def holds(self, part: w.Part, person: Person) -> bool:
        if isinstance(part, w.Group):
            said = [self.holds(one, person) for one in part.parts]
            return {w.How.ALL: all(said), w.How.ANY: any(said), w.How.NONE: not any(said)}[part.how]
        return bool(getattr(self, type(part).__name__.lower())(part, person))

    def insegment(self, part: w.InSegment, person: Person) -> bool:
        return self.holds(part.tree, person)

    def membership(self, part: w.Membership, person: Person) -> bool:
        state = person.states.get(part.slug)
        return state != "confirmed" if part.state == "not-in" else state == part.state

    def speaks(self, part: w.Speaks, person: Person) -> bool:
        return person.row.language == part.language

    def camefrom(self, part: w.CameFrom, person: Person) -> bool:
        return person.row.source_class in part.sources

    def joined(self, part: w.Joined, person: Person) -> bool:
        return person.row.confirmed_at is not None and self.window(part.window, person.row.confirmed_at)

    def window(self, window: w.Window, at: datetime) -> bool:
        return (at >= self.now - timedelta(days=window.days)) == window.within

    def lines(self, person: Person, kind: str, days: int | None) -> list[Activity]:
        found = [line for line in person.lines if line.kind == kind and (days is None or line.at >= self.now - timedelta(days=days))]
        return [line for line in found if not line.machine] if kind in ("opened", "clicked") else found

    def did(self, part: w.Did, person: Person) -> bool:
        found = self.lines(person, part.deed, part.within_days)
        if part.mailing is not None:
            found = [line for line in found if line.mailing_id == part.mailing]
        if part.link is not None:
            found = [line for line in found if line.detail.get("link") == part.link]
        if part.last is not None:
            last = self.last_campaigns(person)[: part.last]
            found = [line for line in found if line.mailing_id in last]
        return self.between(part.often, len(found) if part.deed == "ordered" else len({line.mailing_id for line in found}))

    def last_campaigns(self, person: Person) -> list[int]:
        sent = [line for line in person.lines if line.kind == "sent" and line.mailing_id in self.campaigns]
        last = {mailing: max(line.at for line in sent if line.mailing_id == mailing) for mailing in {line.mailing_id for line in sent}}
        return [mailing for _, mailing in sorted(((at, mailing) for mailing, at in last.items()), reverse=True)]

    def between(self, often: w.Often, number: float) -> bool:
        return number >= often.least and (often.most is None or number <= often.most)

    def spent(self, part: w.Spent, person: Person) -> bool:
        return self.between(part.often, sum(line.amount or 0 for line in self.lines(person, "ordered", part.within_days)))

    def average(self, part: w.Average, person: Person) -> bool:
        amounts = [line.amount or 0 for line in self.lines(person, "ordered", part.within_days)]
        return bool(amounts) and self.between(part.often, sum(amounts) / len(amounts))

    def bought(self, part: w.Bought, person: Person) -> bool:
        since = self.now - timedelta(days=part.within_days or 10_000)
        orders = {one.order_id for one in person.bought if getattr(one, part.by) == part.name and one.at >= since}
        return self.between(part.often, len(orders))

    def agreed(self, part: w.Agreed, person: Person) -> bool:
        said = [line.granted for line in person.consents if line.purpose == part.purpose]
        return (bool(said) and said[-1]) == part.given

    def tracked(self, part: w.Tracked, person: Person) -> bool:
        return person.row.tracking in part.levels

    def cameby(self, part: w.CameBy, person: Person) -> bool:
        return person.row.source in part.sources

    def fixed(self, part: w.Fixed, person: Person) -> bool:
        return person.row.id in self.by_hand[part.segment_id]

    def atstage(self, part: w.AtStage, person: Person) -> bool:
        if self.lines(person, "ordered", None):
            stage = "active" if self.lines(person, "ordered", 365) else "inactive"
        else:
            stage = "lead" if self.lines(person, "clicked", 90) else "prospect"
        return stage in part.stages

    def inrfm(self, part: w.InRfm, person: Person) -> bool:
        """By the book: in five heaps of equal size, the best on heap 5, and equals on the same."""
        customers = {number: orders for number, one in self.people.items() if (orders := self.lines(one, "ordered", None))}
        mine = customers.get(person.row.id)
        if not mine:
            return False

        def heap(worth: Callable[[list[Activity]], Any]) -> int:
            return 1 + 5 * sum(worth(one) < worth(mine) for one in customers.values()) // len(customers)

        lately, often = heap(lambda orders: max(line.at for line in orders).replace(microsecond=0)), heap(len)
        much = heap(lambda orders: sum(line.amount or 0 for line in orders))
        if lately >= 4:
            group = "recent" if often < 4 else "champions" if much >= 4 else "loyal"
        elif lately == 3:
            group = "loyal" if often >= 4 else "needs-attention"
        else:
            group = "at-risk" if often >= 3 else "inactive"
        return group in part.groups

    def lastorder(self, part: w.LastOrder, person: Person) -> bool:
        orders = [line.at for line in self.lines(person, "ordered", None)]
        return bool(orders) and self.window(part.window, max(orders))

    def silent(self, part: w.Silent, person: Person) -> bool:
        return (person.row.silent_since is not None) == part.yes

    def top(self, part: w.Top, person: Person) -> bool:
        confirmed = [one for one in self.people.values() if "confirmed" in one.states.values()]
        scored = []
        for one in confirmed:
            clicks, orders = self.lines(one, "clicked", part.within_days), self.lines(one, "ordered", part.within_days)
            if clicks or orders:
                score = len({line.mailing_id for line in clicks}) + 5 * len(orders)
                scored.append((-score, -max(line.at for line in clicks + orders).timestamp(), one.row.id))
        many = -(-len(confirmed) * part.permille // 1000)
        return person.row.id in {number for *_, number in sorted(scored)[:many]}

    def fieldtest(self, part: w.FieldTest, person: Person) -> bool:
        value = person.profile.get(part.field.key)
        negative = {"is-not": "is", "not-in": "in", "none-of": "any-of", "empty": "not-empty"}
        if part.op in negative:
            return not self.value(negative[part.op], part, value)
        return self.value(part.op, part, value)

    def value(self, op: str, part: w.FieldTest, value: Any) -> bool:
        wanted = part.value
        if part.field.kind == "boolean":
            return bool(value) == wanted
        if value is None:
            return False
        if part.field.kind == "string":
            value, wanted = value.lower(), (wanted or "").lower()
        tests = {
            "not-empty": lambda: True,
            "is": lambda: value == wanted,
            "contains": lambda: wanted in value,
            "starts-with": lambda: value.startswith(wanted),
            "=": lambda: value == wanted,
            "<": lambda: value < wanted,
            ">": lambda: value > wanted,
            "between": lambda: wanted[0] <= value <= wanted[1],
            "in": lambda: value in wanted,
            "any-of": lambda: bool(set(value) & set(wanted)),
            "all-of": lambda: set(value) >= set(wanted),
            "age-between": lambda: wanted[0] <= self.age(value) <= wanted[1],
            "birthday-within-days": lambda: self.days_to_birthday(value) <= wanted,
        }
        return tests[op]()

    def age(self, born: date) -> int:
        today = self.now.date()
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    def days_to_birthday(self, born: date) -> int:
        day = self.now.date()
        for ahead in range(400):
            other = day + timedelta(days=ahead)
            leap = (other + timedelta(days=1)).month == 3 and (other.month, other.day) == (2, 28)
            if (other.month, other.day) == (born.month, born.day) or (leap and (born.month, born.day) == (2, 29)):
                return ahead
        raise AssertionError(born)
