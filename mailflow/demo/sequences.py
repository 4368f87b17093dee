"""The demo's welcome and reactivation, as they ran during the year."""

import random
from collections.abc import Iterable
from collections.abc import Sequence as Many
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailflow.activity.ledger import mark_read
from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import List, Subscriber
from mailflow.content.store import keep
from mailflow.content.words import Compiled
from mailflow.demo.behaviour import Chances
from mailflow.demo.past import Teller
from mailflow.demo.people import Person
from mailflow.foundation.upsert import insert_all
from mailflow.offers.models import Code
from mailflow.offers.rules import ALPHABET, TAIL, prefix
from mailflow.outbox.enqueue import Entry, enqueue
from mailflow.outbox.mailings import open_mailing
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import MailingKind
from mailflow.sequences.enrol import READER
from mailflow.sequences.models import Enrolment, Sequence, Step
from mailflow.sequences.recipes import RECIPES
from mailflow.sequences.words import EndReason, EnrolmentState
from mailflow.tracking.models import Order

_CODE_DAYS = timedelta(days=14)
_REMINDER = timedelta(days=11)
_PATIENCE = timedelta(days=14)
_SLICE = 400
_STEPS = 4
"""Of either recipe: who is through stands behind the last."""


class Recipe:
    """One recipe's rows: its sequence, and the mailing of each of its mails."""

    def __init__(self, session: Session, slug: str, compiled: dict[tuple[str, str], Compiled], house: List, now: datetime) -> None:
        """Switched on from ``now``: who joined before was told of here."""
        self.sequence = session.scalars(select(Sequence).where(Sequence.recipe == slug)).one()
        self.sequence.on, self.sequence.switched_at = True, now
        self.house = house
        self._session, self._compiled, self._started = session, compiled, now - timedelta(days=370)

    def mailing(self, position: int) -> Mailing:
        """The mailing of the mail at ``position``, with what it was compiled to in both languages."""
        step = self._session.scalars(select(Step).where(Step.sequence_id == self.sequence.id, Step.position == position)).one()
        template = step.settings["template"]
        title = RECIPES[self.sequence.recipe].parts[position].title["es"]
        mailing = open_mailing(
            self._session,
            kind=MailingKind.STEP,
            source_id=step.id,
            template=template,
            name=title,
            brand_id=self.house.brand_id,
            now=self._started,
        )
        for (slug, language), compiled in self._compiled.items():
            if slug == template:
                keep(self._session, mailing, language, compiled, now=self._started)
        return mailing

    def enrol(self, session: Session, rows: Iterable[dict[str, Any]]) -> dict[int, int]:
        """Insert enrolments that are over; their ids by person."""
        insert_all(session, Enrolment, [{"sequence_id": self.sequence.id, "list_id": self.house.id, **row} for row in rows])
        return dict(session.execute(select(Enrolment.subscriber_id, Enrolment.id).where(Enrolment.sequence_id == self.sequence.id)).all())


def welcome_the_years_people(
    session: Session, recipe: Recipe, people: Many[Person], teller: Teller, chance: random.Random, now: datetime
) -> None:
    """Everybody who joined within the year had the welcome and a code; some used it, the rest were reminded."""
    joined = [person for person in people if now - person.joined < timedelta(days=365) and person.left is None]
    codes = _give_codes(session, recipe, joined, chance, now)
    rows = [_welcomed(person, codes[person.number][1] is not None, now) for person in joined]
    occasions = recipe.enrol(session, rows)
    _mail(session, recipe.mailing(0), joined, occasions, codes, teller, after=timedelta(minutes=4, seconds=6))
    reminded = [p for p in joined if codes[p.number][1] is None and now - p.joined > _REMINDER]
    _mail(session, recipe.mailing(3), reminded, occasions, codes, teller, after=_REMINDER)
    last = session.scalars(select(Activity.id).order_by(Activity.id.desc()).limit(1)).first() or 0
    mark_read(session, READER, last)


def _welcomed(person: Person, used: bool, now: datetime) -> dict[str, Any]:
    """Over for most; who joined in these days waits for her reminder."""
    over = person.joined + _REMINDER
    if over > now:
        return _enrolment(person, 1, EnrolmentState.ACTIVE, due=over, entered=person.joined)
    end = (2, EnrolmentState.ENDED, EndReason.CODE_USED) if used else (_STEPS, EnrolmentState.DONE, EndReason.FINISHED)
    return _enrolment(person, end[0], end[1], due=over, entered=person.joined, reason=end[2], ended_at=over)


def _enrolment(person: Person, position: int, state: EnrolmentState, *, due: datetime, entered: datetime, **end: Any) -> dict[str, Any]:
    row = {"subscriber_id": person.number, "position": position, "due_at": due, "state": state, "entered_at": entered}
    return row | {"reason": None, "ended_at": None} | end


def _mail(
    session: Session, mailing: Mailing, people: Many[Person], occasions: dict[int, int], codes: dict[int, tuple[int, datetime | None]],
    teller: Teller, *, after: timedelta,
) -> None:  # fmt: skip
    list_id = session.scalars(select(List.id).order_by(List.position)).first()
    entries = [Entry(p.number, occasions[p.number], {"code_id": codes[p.number][0]}, list_id) for p in people]
    for start in range(0, len(entries), _SLICE):
        enqueue(session, mailing, entries[start : start + _SLICE], now=mailing.created_at)
    joined = {person.number: person.joined for person in people}
    rows = session.execute(select(Message.id, Message.person_key).where(Message.mailing_id == mailing.id)).all()
    session.execute(update(Message), [{"id": message_id, "due_at": joined[person] + after} for message_id, person in rows])
    likely = {person.number: Chances(min(0.9, 0.35 + 0.4 * person.care), 0.38, 0.0) for person in people}
    teller.tell(session, mailing, {person.number: person for person in people}, likely, 3)


def _give_codes(
    session: Session, recipe: Recipe, people: Many[Person], chance: random.Random, now: datetime
) -> dict[int, tuple[int, datetime | None]]:
    """A code each; three in ten of the caring ones used it, with an order. (code id, when used) by person."""
    rows: list[dict[str, Any]] = []
    orders: list[dict[str, Any]] = []
    for person in people:
        text = f"{prefix(str(person.profile['first_name']), {'es': 'Olivo'})}-{''.join(chance.choices(ALPHABET, k=TAIL))}"
        when = person.joined + timedelta(days=chance.random() * 10, hours=3)
        used = when if chance.random() < 0.3 * min(1.2, person.care) and when < now else None
        rows.append({
            "offer_id": recipe.sequence.offer_id, "subscriber_id": person.number, "text": text, "issued_at": person.joined,
            "ends_at": person.joined + _CODE_DAYS, "redeemed_at": used, "order_reference": f"CO-B{person.number}" if used else None,
        })  # fmt: skip
        if used:
            person.answered = used
            orders.append({
                "reference": f"CO-B{person.number}", "subscriber_id": person.number, "at": used, "amount": 4000 + chance.randrange(80) * 50,
                "currency": "EUR", "code": text, "code_result": "redeemed", "recorded_at": used,
            })  # fmt: skip
    insert_all(session, Code, rows)
    insert_all(session, Order, orders)
    insert_all(session, Activity, [_ordered(order) for order in orders])
    codes = list(session.scalars(select(Code)))
    spent = {order["subscriber_id"]: order["amount"] for order in orders}
    insert_all(session, Activity, [line for code in codes for line in _code_lines(code, spent.get(code.subscriber_id))])
    return {code.subscriber_id: (code.id, code.redeemed_at) for code in codes}


def _code_lines(code: Code, amount: int | None) -> list[dict[str, Any]]:
    """What the ledger says of a code: given, and used if it was."""
    said = {"subscriber_id": code.subscriber_id, "machine": False, "detail": {"code": code.id, "offer": code.offer_id}}
    given = {"kind": Kind.CODE_ISSUED, "at": code.issued_at, "amount": None, **said}
    return [given, {"kind": Kind.CODE_REDEEMED, "at": code.redeemed_at, "amount": amount, **said}] if code.redeemed_at else [given]


def _ordered(order: dict[str, Any]) -> dict[str, Any]:
    told = {key: order[key] for key in ("subscriber_id", "at", "amount")}
    return {"kind": Kind.ORDERED, "machine": False, "detail": {}, **told}


def ask_the_quiet(
    session: Session, recipe: Recipe, people: Many[Person], teller: Teller, chance: random.Random, *, at: datetime, now: datetime
) -> None:
    """Who had neither clicked nor bought for 120 days was written to once; some came back, the others are left in peace."""
    fresh = at > now - _PATIENCE
    quiet = [person for person in people if _is_quiet(person, now + timedelta(days=1) if fresh else at)]
    if not quiet:
        return
    back = {person.number for person in quiet if chance.random() < 0.5 * min(1.3, person.care + 0.15)}
    rows = [_asked(person, person.number in back, at, fresh=fresh) for person in quiet]
    occasions = recipe.enrol(session, rows)
    mailing = recipe.mailing(0)
    entries = [Entry(person.number, occasions[person.number], {}, recipe.house.id) for person in quiet]
    for start in range(0, len(entries), _SLICE):
        enqueue(session, mailing, entries[start : start + _SLICE], now=at, due_at=at)
    likely = {person.number: Chances(1.0, 1.0, 0.02) if person.number in back else Chances(0.12, 0.0, 0.0) for person in quiet}
    teller.tell(session, mailing, {person.number: person for person in quiet}, likely, 3)
    if not fresh:
        _mark(session, [person for person in quiet if person.number not in back], at + _PATIENCE)


def _is_quiet(person: Person, at: datetime) -> bool:
    since = at - timedelta(days=120)
    here = person.tracked and person.asked is None and (person.left is None or person.left > at) and person.bounces_from is None
    return here and person.joined < since and (person.answered is None or person.answered < since)


def _asked(person: Person, came_back: bool, at: datetime, *, fresh: bool) -> dict[str, Any]:
    """Whoever was asked in these days is still waited for."""
    person.asked = at
    over = at + _PATIENCE
    if fresh:
        return _enrolment(person, 1, EnrolmentState.ACTIVE, due=over, entered=at)
    end = (2, EnrolmentState.ENDED, EndReason.ANSWERED) if came_back else (_STEPS, EnrolmentState.DONE, EndReason.FINISHED)
    return _enrolment(person, end[0], end[1], due=over, entered=at, reason=end[2], ended_at=over)


def _mark(session: Session, silent: Many[Person], at: datetime) -> None:
    for person in silent:
        person.silent = at
        session.get_one(Subscriber, person.number).silent_since = at
    rows = [{"kind": Kind.MARKED_SILENT, "subscriber_id": person.number, "at": at, "machine": False, "detail": {}} for person in silent]
    insert_all(session, Activity, rows)
