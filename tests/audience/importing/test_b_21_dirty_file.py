"""B-21: of a dirty file every row has the outcome it must have, nobody comes back who left, and interruptions lose and double nobody."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress as ignoring
from datetime import datetime, timedelta

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.audience.importing import stepping
from mailflow.audience.importing.asking import start
from mailflow.audience.importing.keeping import BLOCK
from mailflow.audience.importing.models import Import, ImportBlock, ImportPiece
from mailflow.audience.importing.report import report
from mailflow.audience.importing.stepping import step
from mailflow.audience.importing.words import COMES_IN, Outcome
from mailflow.audience.models import ConsentLine, List, Subscriber, Subscription
from mailflow.audience.profile import set_values, values
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SubscriptionState, SuppressionReason
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from tests.audience.audience_shop import Shop
from tests.audience.importing import dirty
from tests.audience.importing.bringing import WORDING, brought, carried, tried
from tests.faults.sizes import size

EACH = size(12, 4_000)
"""Rows of each kind: some 700 in all, or 200,000."""


def known_before(session: Session, ring: Ring, now: datetime) -> None:
    lists = {one.slug: one.id for one in session.scalars(select(List))}
    for email, slug, state in (
        (dirty.LEFT, "newsletter", SubscriptionState.LEFT),
        (dirty.KNOWN, "newsletter", SubscriptionState.CONFIRMED),
        (dirty.OTHER_LIST, "taller", SubscriptionState.CONFIRMED),
    ):
        person = Subscriber(email=email, email_key=email, source="form:newsletter", created_at=now, confirmed_at=now)
        session.add(person)
        session.flush()
        session.add(Subscription(subscriber_id=person.id, list_id=lists[slug], state=state, asked_at=now))
        set_values(session, person.id, {"first_name": "Suyo"})
    suppress(session, dirty.BOUNCED, SuppressionReason.HARD_BOUNCE, ring=ring, now=now)


def outcomes(database: Database, number: int) -> list[str]:
    with database.read() as session:
        blocks = session.scalars(select(ImportBlock).where(ImportBlock.import_id == number).order_by(ImportBlock.position))
        return [one if isinstance(one, str) else one[0] for block in blocks for one in block.outcomes]


def file_of(rows: Sequence[tuple[str, str, Outcome]]) -> bytes:
    return "\r\n".join([dirty.HEADER, *(text for _, text, _ in rows)]).encode()


def test_b_21_every_row_has_its_outcome(shop: Shop, ring: Ring, now: datetime) -> None:
    database, rows = shop.database, list(dirty.dirty_rows(EACH))
    with database.begin() as session:
        known_before(session, ring, now)
    number = brought(database, file_of(rows), now)
    tried(database, number, ring, now)
    expected = [str(outcome) for _, _, outcome in rows]
    assert [(kind, found) for (kind, _, _), found in zip(rows, outcomes(database, number), strict=True)] == [
        (kind, outcome) for (kind, _, _), outcome in zip(rows, expected, strict=True)
    ]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 3, "on paper nobody comes in"
    carried(database, number, ring, now + timedelta(minutes=1))
    assert outcomes(database, number) == expected
    with database.read() as session:
        counted = session.get_one(Import, number).counts
        assert counted == dict(Counter(expected))
        there = select(func.count()).select_from(Subscription).where(Subscription.state == SubscriptionState.CONFIRMED)
        assert session.scalar(there.join(List, List.id == Subscription.list_id).where(List.slug == "newsletter")) == sum(
            counted.get(outcome, 0) for outcome in COMES_IN
        )
        left = session.scalars(select(Subscription).join(Subscriber).where(Subscriber.email_key == dirty.LEFT)).one()
        assert left.state == SubscriptionState.LEFT
        kept = session.scalars(select(ConsentLine).where(ConsentLine.method == "import")).all()
        assert len(kept) == counted["new"] + counted["joined"]
        assert {(line.wording, line.proof) for line in kept} == {(WORDING, "basis:consent")}
        assert not any(line.detail["first"] for line in session.scalars(select(Activity))), "no welcome goes out"


def test_what_people_said_themselves_stays_and_what_was_not_known_is_learnt(shop: Shop, ring: Ring, now: datetime) -> None:
    database = shop.database
    with database.begin() as session:
        known_before(session, ring, now)
    content = f"email,Nombre,Sexo,Provincia\n{dirty.KNOWN},Flora,mujer,sevilla\nana@example.org,Ana,MUJER,Córdoba\n".encode()
    number = brought(database, content, now)
    tried(database, number, ring, now)
    carried(database, number, ring, now)
    assert outcomes(database, number) == [Outcome.COMPLETED, Outcome.NEW]
    with database.read() as session:
        people = dict(session.execute(select(Subscriber.email, Subscriber.id)).all())
        known = values(session, list(people.values()))
        assert known[people[dirty.KNOWN]] == {"first_name": "Suyo", "sex": "f", "place": "ES-SE"}
        assert known[people["ana@example.org"]] == {"first_name": "Ana", "sex": "f", "place": "ES-CO"}


def test_who_leaves_between_trial_and_carrying_stays_out(shop: Shop, ring: Ring, now: datetime) -> None:
    database = shop.database
    with database.begin() as session:
        known_before(session, ring, now)
    number = brought(database, f"email\n{dirty.KNOWN}\n{dirty.OTHER_LIST}\n".encode(), now)
    tried(database, number, ring, now)
    with database.begin() as session:
        session.scalars(select(Subscription).join(Subscriber).where(Subscriber.email_key == dirty.KNOWN)).one().state = "left"
        suppress(session, dirty.OTHER_LIST, SuppressionReason.ERASED, ring=ring, now=now)
    carried(database, number, ring, now)
    assert outcomes(database, number) == [Outcome.LEFT, Outcome.SUPPRESSED]


def test_b_21_interrupted_anywhere_it_goes_on_where_it_was(shop: Shop, ring: Ring, now: datetime) -> None:
    """Each step is done twice: once it is lost in the very moment before it is kept, and then by one who remembers nothing."""
    database = shop.database
    people = [f"persona{n}@example.org" for n in range(BLOCK * 2 + 50)]
    number = brought(database, "\n".join(["email", *people, people[0].upper()]).encode(), now)
    interrupted(database, number, ring, now)
    with database.begin() as session:
        assert session.get_one(Import, number).expected == {"new": len(people), "twice": 1}
        assert start(session, session.get_one(Import, number), now=now)
    interrupted(database, number, ring, now)
    assert Counter(outcomes(database, number)) == {Outcome.NEW: len(people), Outcome.TWICE: 1}
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == len(people)
        assert session.scalar(select(func.count()).select_from(ConsentLine)) == len(people)
        assert session.get_one(Import, number).counts == {"new": len(people), "twice": 1}
        assert session.scalar(select(func.count()).select_from(ImportPiece)) == 0


def interrupted(database: Database, number: int, ring: Ring, now: datetime) -> None:
    def stopped(_session: Session) -> None:
        raise KeyboardInterrupt

    goes_on = True
    while goes_on:
        event.listen(Session, "before_commit", stopped)
        with ignoring(KeyboardInterrupt):
            step(database, number, ring=ring, now=now)
        event.remove(Session, "before_commit", stopped)
        stepping.let_go()
        goes_on = step(database, number, ring=ring, now=now)
        stepping.let_go()


def test_the_report_is_no_formula(shop: Shop, ring: Ring, now: datetime) -> None:
    """S-44 for the rows that stayed out."""
    number = brought(shop.database, b"email,Nombre\n=cmd()@x,+34\nana@gmial.com,Ana\nberta@example.org,Berta\n", now)
    tried(shop.database, number, ring, now)
    with shop.database.read() as session:
        told = "".join(report(session, session.get_one(Import, number))).splitlines()
    assert told == [
        "row,outcome,left out,hint,email,Nombre",
        "2,bad-address,,,'=cmd()@x,'+34",
        "3,typo,,ana@gmail.com,ana@gmial.com,Ana",
    ]
