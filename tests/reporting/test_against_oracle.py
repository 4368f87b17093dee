"""The queries say what a slow walk over the rows says, on rows of every kind."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mailflow.foundation.database import Database
from mailflow.outbox.models import Cell, MailingTotal, Message
from mailflow.reporting.breakdown import by_value, keys
from mailflow.reporting.campaign import report
from mailflow.reporting.over_time import hits_by_hour
from mailflow.reporting.words import Figures
from mailflow.tracking.models import Hit
from tests.mailed import SENT_AT, cell, mailing, message

MAILINGS = count(1)
MINUTES = st.one_of(st.none(), st.integers(0, 60 * 60))

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "state": st.sampled_from(["sent", "sent", "sent", "sent", "skipped", "failed", "uncertain", "pending"]),
            "reason": st.sampled_from([None, "left", "suppressed"]),
            "bounced_at": st.sampled_from([None, None, None, SENT_AT]),
            "opened_at": MINUTES,
            "clicked_at": MINUTES,
            "machine_opened_at": MINUTES,
            "machine_clicked_at": MINUTES,
            "orders": st.integers(0, 3),
            "revenue": st.integers(0, 10**7),
            "single": st.sampled_from(
                [
                    None,
                    {},
                    {"sex": "f"},
                    {"sex": "m", "place": "ES-SE"},
                    {"sex": "f", "place": "ES-MD"},
                    {"sex": "f", "tracking": "aggregate"},
                ]
            ),
            "many": st.sampled_from([None, {"interests": []}, {"interests": ["vajilla"]}, {"interests": ["vajilla", "recetas"]}]),
        }
    ),
    max_size=30,
)
HITS = st.lists(st.tuples(st.sampled_from(["open", "click"]), st.booleans(), st.integers(0, 60 * 60)), max_size=10)
SLOWLY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def stored(database: Database, rows, hits=()) -> int:
    """A mailing with these rows; each distinct cell once, as in life."""
    with database.begin() as session:
        number = next(MAILINGS)
        made = mailing(session, source_id=number)
        cells = {}
        for key, drawn in enumerate(rows, 1):
            row = dict(drawn)
            for name in ("opened_at", "clicked_at", "machine_opened_at", "machine_clicked_at"):
                row[name] = None if row[name] is None else SENT_AT + timedelta(minutes=row[name])
            for column, values in (("cell_id", row.pop("single")), ("set_cell_id", row.pop("many"))):
                if values is not None and repr(values) not in cells:
                    cells[repr(values)] = session.scalar(select(Cell.id).where(Cell.digest == repr(sorted(values.items())))) or cell(
                        session, **values
                    )
                row[column] = cells.get(repr(values))
            message(session, made.id, key, flush=False, **row)
        for kind, machine, minutes in hits:
            hit = Hit(at=SENT_AT + timedelta(minutes=minutes), kind=kind, mailing_id=made.id, machine=machine)
            session.add(hit)
        return made.id


def messages(database: Database, mailing_id: int) -> list[Message]:
    with database.read() as session:
        return list(session.scalars(select(Message).where(Message.mailing_id == mailing_id)))


def walked(rows) -> Figures:
    found = Figures()
    for row in rows:
        found = replace(found, rows=found.rows + 1, orders=found.orders + row.orders, revenue=found.revenue + row.revenue)
        found = replace(found, machine_opened=found.machine_opened + bool(row.machine_opened_at))
        found = replace(found, machine_clicked=found.machine_clicked + bool(row.machine_clicked_at))
        found = replace(found, failed=found.failed + (row.state == "failed"))
        if row.state != "sent":
            continue
        found = replace(found, sent=found.sent + 1, bounced=found.bounced + bool(row.bounced_at))
        if row.bounced_at:
            continue
        found = replace(found, opened=found.opened + bool(row.opened_at), clicked=found.clicked + bool(row.clicked_at))
        found = replace(found, ordered=found.ordered + (row.orders > 0))
    return found


@SLOWLY
@given(rows=ROWS)
def test_figures_and_reasons(database: Database, rows) -> None:
    mailing_id = stored(database, rows)
    with database.read() as session:
        found = report(session, mailing_id)
    assert found.figures == walked(messages(database, mailing_id))
    reasons = Counter(
        (row.state, row.reason or "") for row in messages(database, mailing_id) if row.state in ("skipped", "failed", "uncertain")
    )
    if found.figures.bounced:
        reasons["bounced", ""] = found.figures.bounced
    assert {(one.state, one.reason): one.people for one in found.left_out} == dict(reasons)


@SLOWLY
@given(rows=ROWS, key=st.sampled_from(["sex", "place", "interests", "nothing-of-the-kind"]))
def test_rows_by_value(database: Database, rows, key: str) -> None:
    mailing_id = stored(database, rows)
    groups = defaultdict(list)
    with database.read() as session:
        for row in messages(database, mailing_id):
            values = {}
            for cell_id in (row.cell_id, row.set_cell_id):
                values |= session.get_one(Cell, cell_id).data if cell_id else {}
            if values.get("tracking") == "aggregate":
                continue
            for value in values.get(key) if isinstance(values.get(key), list) and values.get(key) else [values.get(key) or "unknown"]:
                groups[value].append(row)
        found = by_value(session, mailing_id, key)
    assert {row.value: row.figures for row in found} == {value: walked(members) for value, members in groups.items()}


@SLOWLY
@given(rows=ROWS, hits=HITS)
def test_arrivals_by_hour(database: Database, rows, hits) -> None:
    mailing_id = stored(database, rows, hits)
    kept = messages(database, mailing_id)
    with database.read() as session:
        found = hits_by_hour(session, mailing_id, now=SENT_AT + timedelta(days=9))
        young = hits_by_hour(session, mailing_id, now=SENT_AT + timedelta(minutes=90))
    assert [hour.hour for hour in found] == list(range(49))
    assert young == found[:3], "what has not happened yet is not drawn"
    delivered = [row for row in kept if row.state == "sent" and not row.bounced_at]
    for hour in found:
        before = SENT_AT + timedelta(hours=hour.hour)
        loose = Counter((kind, machine) for kind, machine, minutes in hits if SENT_AT + timedelta(minutes=minutes) < before)
        assert hour.opens == sum(row.opened_at is not None and row.opened_at < before for row in delivered) + loose["open", False]
        assert hour.clicks == sum(row.clicked_at is not None and row.clicked_at < before for row in delivered) + loose["click", False]
        assert (
            hour.machine_opens == sum(r.machine_opened_at is not None and r.machine_opened_at < before for r in kept) + loose["open", True]
        )


def test_only_keys_somebody_has_a_value_for_are_offered(database: Database) -> None:
    rows = [{"state": "sent", "opened_at": None, "clicked_at": None, "machine_opened_at": None, "machine_clicked_at": None}] * 2
    mailing_id = stored(
        database,
        [row | {"single": {"zodiac": "leo", "sex": "f", "tracking": "individual"}, "many": {"interests": ["vajilla"]}} for row in rows],
    )
    with database.read() as session:
        assert keys(session, mailing_id) == ["sex", "interests", "zodiac"]


def test_people_who_agreed_to_totals_only_count_in_the_totals(database: Database) -> None:
    people = {"state": "sent", "single": None, "many": None, "machine_opened_at": None, "machine_clicked_at": None, "clicked_at": None}
    mailing_id = stored(database, [people | {"opened_at": 5}, people | {"opened_at": None}, people | {"opened_at": None}])
    with database.begin() as session:
        session.add(MailingTotal(mailing_id=mailing_id, opens=1, clicks=2, machine_opens=7, machine_clicks=8))
    with database.read() as session:
        found = report(session, mailing_id)
    assert (found.opened, found.clicked, found.machine_opens, found.machine_clicks) == (2, 2, 7, 8)
    assert found.open_rate == 2 / 3


def test_loads_of_pictures_never_make_more_than_everybody(database: Database) -> None:
    nobody = {"opened_at": None, "clicked_at": None, "machine_opened_at": None, "machine_clicked_at": None}
    mailing_id = stored(database, [nobody | {"state": "sent", "single": None, "many": None}])
    with database.begin() as session:
        session.add(MailingTotal(mailing_id=mailing_id, opens=50, clicks=0, machine_opens=0, machine_clicks=0))
    with database.read() as session:
        assert report(session, mailing_id).open_rate == 1.0
