"""B-21: of a dirty file every row has the outcome it must have, nobody comes back who left, and interruptions lose and double nobody."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress as ignoring
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.audience.fields import fields
from mailflow.audience.importing.bring import BLOCK, bring
from mailflow.audience.importing.carry import Carrier
from mailflow.audience.importing.check import Check
from mailflow.audience.importing.columns import guess
from mailflow.audience.importing.models import Import, ImportBlock
from mailflow.audience.importing.reading import read
from mailflow.audience.importing.report import report
from mailflow.audience.importing.words import COMES_IN, Basis, Grounds, ImportState, Outcome, Plan
from mailflow.audience.models import ConsentLine, List, Subscriber, Subscription
from mailflow.audience.profile import set_values, values
from mailflow.audience.suppression import suppress
from mailflow.audience.words import SubscriptionState, SuppressionReason
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from tests.audience.audience_shop import Shop
from tests.audience.importing import dirty
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


def brought(database: Database, content: bytes, now: datetime) -> int:
    with database.begin() as session:
        sheet = read(content)
        mapping = guess(sheet.header, sheet.rows, fields(session))
        target = session.scalars(select(List.id).where(List.slug == "newsletter")).one()
        plan = Plan("clientes.csv", target, mapping, Grounds(Basis.CONSENT, "En papel, en la tienda, 2024"))
        return bring(session, sheet, plan, now=now).id


def tried(database: Database, number: int, ring: Ring, now: datetime) -> None:
    with database.read() as session:
        check = Check(session, session.get_one(Import, number), ring=ring, now=now)
    while True:
        with database.begin() as session:
            if not check.check_block(session, session.get_one(Import, number)):
                return


def carried(database: Database, number: int, ring: Ring, now: datetime) -> None:
    with database.read() as session:
        carrier = Carrier(session, session.get_one(Import, number), ring=ring)
    while True:
        with database.begin() as session:
            if carrier.carry_block(session, now=now).state == ImportState.DONE:
                return


def outcomes(database: Database, number: int) -> list[str]:
    with database.read() as session:
        blocks = session.scalars(select(ImportBlock).where(ImportBlock.import_id == number).order_by(ImportBlock.position))
        return [outcome for block in blocks for outcome, _, _ in block.outcomes]


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
        assert {(line.wording, line.proof) for line in kept} == {("En papel, en la tienda, 2024", "basis:consent")}
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
    database = shop.database
    people = [f"persona{n}@example.org" for n in range(BLOCK * 2 + 50)]
    number = brought(database, "\n".join(["email", *people]).encode(), now)
    tried(database, number, ring, now)
    with database.read() as session:
        carrier = Carrier(session, session.get_one(Import, number), ring=ring)
    with database.begin() as session:
        carrier.carry_block(session, now=now)
    with ignoring(KeyboardInterrupt), database.begin() as session:
        carrier.carry_block(session, now=now)
        raise KeyboardInterrupt  # in the very moment before its rows are kept
    carried(database, number, ring, now)
    assert Counter(outcomes(database, number)) == {Outcome.NEW: len(people)}
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == len(people)
        assert session.scalar(select(func.count()).select_from(ConsentLine)) == len(people)
        assert session.get_one(Import, number).counts == {"new": len(people)}


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
