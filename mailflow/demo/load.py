"""Making the demo shop: Casa Olivo, 2,000 people and a year of letters, the same each time it is made on the same day."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Brand, List, Subscriber
from mailflow.campaigns.draft import create
from mailflow.content.compile import compile as compile_mail
from mailflow.content.models import Newsletter
from mailflow.content.sources import brand_facts, newsletter_source
from mailflow.content.words import Compiled, Source
from mailflow.demo import campaigns, sequences
from mailflow.demo.issues import Issue, slots, year
from mailflow.demo.past import Teller
from mailflow.demo.people import Person, people
from mailflow.demo.settle import settle
from mailflow.demo.shop import dress
from mailflow.demo.storefront import PATH
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.segments import keeping_up

_SEED = 1885
_SOME_CARE = 0.1
_MESSAGES = ("welcome", "welcome_reminder", "reactivation")


def is_empty(session: Session) -> bool:
    """Whether there is nobody yet whom the demo could mix with."""
    return session.scalar(select(Subscriber.id).limit(1)) is None


def _nobody(_number: int) -> None:
    """Nobody asked how far it is."""


def load(database: Database, ring: Ring, *, public_url: str, now: datetime, told: Callable[[int], None] = _nobody) -> None:
    """Fill an empty installation; ``told`` hears the number of each letter once it is written."""
    chance = random.Random(_SEED)  # noqa: S311  # made-up people need no secrecy, only to be the same each time
    made = people(chance, now)
    by_number = {person.number: person for person in made}
    issues = year(now)
    for person in made:
        if person.care > _SOME_CARE and person.joined < issues[0].due:
            person.answered = issues[0].due  # what came before the year is not told; it is taken to have gone well
    with database.begin() as session:
        lists = dress(session, shop_url=f"{public_url}{PATH}/", now=now - timedelta(days=1300))
        settle(session, made, lists)
        brand = brand_facts(session.scalars(select(Brand)).one(), public_url=public_url)
    compiled = _compile_messages(brand)
    teller = Teller(chance, now)
    year_of = _Year(database, ring, lists, by_number, teller, brand)
    with database.begin() as session:
        welcome = sequences.Recipe(session, "welcome", compiled, session.get_one(List, lists[0].id), now)
        sequences.welcome_the_years_people(session, welcome, made, teller, chance, now)
    for issue in issues:
        year_of.tell(issue)
        told(issue.number)
        if issue.number % 4 == 3:
            year_of.ask(compiled, issue.due + timedelta(days=1), now, chance)
    year_of.ask(compiled, now - timedelta(days=1), now, chance)
    with database.begin() as session:
        _leave_a_draft(session, lists[0], now, shop_url=brand["url"])
    more = True
    while more:
        with database.begin() as session:
            more = keeping_up.read_lot(session)


def _compile_messages(brand: dict[str, str]) -> dict[tuple[str, str], Compiled]:
    languages = ("es", "en")
    return {
        (slug, code): compile_mail(Source(template=slug, kind="message", language=code, brand=brand))
        for slug in _MESSAGES
        for code in languages
    }


@dataclass(frozen=True)
class _Year:
    database: Database
    ring: Ring
    lists: list[List]
    made: dict[int, Person]
    teller: Teller
    brand: dict[str, str]

    def tell(self, issue: Issue) -> None:
        """One issue: written, compiled with no transaction open, sent and answered."""
        with self.database.begin() as session:
            written = campaigns.write(session, issue, shop_url=self.brand["url"])
        compiled = compile_mail(newsletter_source(written, brand=self.brand))
        reading = campaigns.readers(list(self.made.values()), issue)
        with self.database.begin() as session:
            mailing = campaigns.open_past(session, issue, written, self.lists[issue.list_index], compiled)
            campaigns.enqueue_all(session, mailing, reading, now=issue.due)
            campaigns.settle_left_out(session, mailing, issue, self.made, self.ring)
            campaigns.tell_issue(session, self.teller, mailing, issue, self.made, len(compiled.links))

    def ask(self, compiled: dict[tuple[str, str], Compiled], at: datetime, now: datetime, chance: random.Random) -> None:
        """Write to who had been quiet for long by then."""
        with self.database.begin() as session:
            recipe = sequences.Recipe(session, "reactivation", compiled, session.get_one(List, self.lists[0].id), now)
            sequences.ask_the_quiet(session, recipe, list(self.made.values()), self.teller, chance, at=at, now=now)


def _leave_a_draft(session: Session, target: List, now: datetime, *, shop_url: str) -> None:
    """Something begun, so that the first page has a next step."""
    issue = Issue(26, "Mesa de Navidad", "Lino lavado, loza y un truco para doce", "textil", 0, now, sale=False)
    written = Newsletter(
        name=issue.title, template="newsletter", language="es", subject="La mesa de Navidad empieza por el mantel", preheader=issue.line,
        slots=slots(issue, shop_url=shop_url), created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(written)
    session.flush()
    create(session, name=issue.title, list_id=target.id, newsletter_id=written.id, now=now)
