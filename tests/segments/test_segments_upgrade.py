"""What people did and bought before there were sums is in the sums after the upgrade, and the ledger outlives the way back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from mailflow.cli.migrate import downgrade, upgrade

BEFORE, AFTER = "0017_fields_and_amounts", "0018_segments"
_PERSON = (
    "INSERT INTO subscriber (id, email, email_key, tracking, source, source_class, created_at)"
    " VALUES ({0}, '{1}@example.net', '{1}@example.net', 'full', 'api', 'shop', '2026-01-01 12:00:00')"
)
_BRAND = (
    "INSERT INTO brand (id, name, from_name, from_address, reply_to, postal_address, shop_url, accent)"
    " VALUES (1, 'Casa', 'Casa', 'hola@example.com', '', 'Calle 1', 'https://example.com', '')"
)
_MAILING = (
    "INSERT INTO mailing (id, kind, source_id, template, name, brand_id, lane, policy, state, created_at, due_at)"
    " VALUES ({0}, '{1}', {0}, '', 'M{0}', 1, 2, 'hold', 'done', '2026-10-01 12:00:00', '2026-10-01 12:00:00')"
)
_DEED = (
    "INSERT INTO activity (at, kind, subscriber_id, mailing_id, machine, amount, detail)"
    " VALUES ('2026-10-{0:02} 12:00:00', '{1}', {2}, {3}, {4}, {5}, '{{}}')"
)
_CORRECTED = (
    "INSERT INTO activity (at, kind, subscriber_id, machine, detail) SELECT at, 'corrected', 1, machine, '{}' FROM activity WHERE id = 1"
)
_ORDER = (
    'INSERT INTO "order" (id, reference, subscriber_id, at, amount, currency, recorded_at, lines)'
    " VALUES (1, '18.204', 1, '2026-10-09 12:00:00', 4600, 'EUR', '2026-10-09 12:00:00', '{0}')"
)
_LINES = '[{"product": "Aceite", "quantity": 2, "amount": 3600}, {"product": "Sal", "quantity": 1, "amount": 1000}]'


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'm.sqlite3'}"
        return
    with request.getfixturevalue("server").fresh(empty=True) as empty:
        yield empty


def _run(url: str, *statements: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        results = [connection.exec_driver_sql(one) for one in statements]
        rows = [tuple(row) for row in results[-1]] if results[-1].returns_rows else []
    engine.dispose()
    return rows


def _history(url: str) -> list[str]:
    """Ana had two campaigns and a welcome: opened the older campaign (a machine the newer), clicked in it, ordered. Carla had one."""
    yes, no = ("true", "false") if url.startswith("postgresql") else ("1", "0")
    deeds = [
        (1, "sent", 1, 1, no, "NULL"), (2, "opened", 1, 1, no, "NULL"), (3, "clicked", 1, 1, no, "NULL"), (4, "clicked", 1, 1, no, "NULL"),
        (5, "sent", 1, 2, no, "NULL"), (6, "opened", 1, 2, yes, "NULL"), (7, "sent", 1, 3, no, "NULL"), (9, "ordered", 1, "NULL", no, 4600),
        (5, "sent", 2, 2, no, "NULL"),
    ]  # fmt: skip
    mailings = [_MAILING.format(1, "campaign"), _MAILING.format(2, "campaign"), _MAILING.format(3, "sequence")]
    people = [_PERSON.format(number, name) for number, name in enumerate(("ana", "carla", "elena"), 1)]
    return [_BRAND, *people, *mailings, *(_DEED.format(*one) for one in deeds), _ORDER.format(_LINES)]


def _day(day: int) -> int:
    return int(datetime(2026, 10, day, 12, tzinfo=UTC).timestamp())


def test_history_is_in_the_sums_and_the_ledger_stays_on_the_way_back(url: str) -> None:
    upgrade(url, BEFORE)
    _run(url, *_history(url))
    for _there_and_back in range(2):
        upgrade(url, AFTER)
        counted = "sent, opened, clicked, orders, spent, campaigns, opened_mask, clicked_mask"
        latest = "last_sent, last_opened, last_clicked, last_ordered"
        assert _run(url, f"SELECT subscriber_id, {counted}, {latest} FROM engagement ORDER BY subscriber_id") == [
            (1, 3, 1, 1, 1, 4600, 2, 0b10, 0b10, _day(7), _day(2), _day(4), _day(9)),
            (2, 1, 0, 0, 0, 0, 1, 0, 0, _day(5), None, None, None),
        ]
        bought = "SELECT subscriber_id, order_id, product, category, quantity, amount FROM purchase ORDER BY id"
        assert _run(url, bought) == [(1, 1, "Aceite", "", 2, 3600), (1, 1, "Sal", "", 1, 1000)]
        assert _run(url, "SELECT last_id FROM cursor WHERE reader = 'engagement'") == [(9,)], "nothing is counted twice afterwards"
        _run(url, _CORRECTED)
        downgrade(url, BEFORE)
        assert _run(url, "SELECT count(*) FROM activity") == [(9,)]
        assert _run(url, "SELECT count(*) FROM cursor WHERE reader = 'engagement'") == [(0,)]


def test_an_installation_without_history_has_no_sums(url: str) -> None:
    upgrade(url, AFTER)
    assert _run(url, "SELECT (SELECT count(*) FROM engagement), (SELECT count(*) FROM purchase), (SELECT count(*) FROM cursor)") == [
        (0, 0, 0)
    ]
