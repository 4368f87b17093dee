"""A million people with a past: fields, twenty campaigns sent to each, opens, clicks and orders; made by the database itself."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Index, insert, text

from mailflow.activity.models import Activity, Cursor
from mailflow.audience.first_start import first_start
from mailflow.audience.models import Field, List, Subscriber
from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.schema import metadata
from mailflow.segments.models import Engagement
from mailflow.segments.summing import sums

CAMPAIGNS = 20
_APART = timedelta(days=9)
_SLICE = 20_000
_ADDRESS = "'p' || i || '@example.net'"


def settle(database: Database, people: int) -> datetime:
    """Fill an empty database; the moment that all of it is in the past of."""
    now = utc_now().replace(microsecond=0)
    metadata.create_all(database.engine)
    indexes = [index for index in Activity.__table__.indexes if isinstance(index, Index)]  # type: ignore[attr-defined]
    for index in indexes:
        index.drop(database.engine)
    with database.begin() as session:
        first_start(session, now=now)
    _people(database, people, now)
    _mails(database, people, now)
    for index in indexes:
        index.create(database.engine)
    _sum_up(database, people)
    if not database.url.startswith("sqlite"):
        _look_around(database)
    return now


def _chance(salt: str, of: int) -> str:
    """A number below ``of`` that the person ``i`` has by chance, the same at each run."""
    return f"(((i + {salt} * 7777777) * (i + 12345 + {salt} * 331)) % 2147483647 % {of})"


def _run(database: Database, *statements: str, **values: object) -> None:
    with database.begin() as session:
        for statement in statements:
            session.execute(text(statement), values)  # our own words


def _people(database: Database, people: int, now: datetime) -> None:
    numbers = f"WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {people}) "
    with database.begin() as session:
        field = {key: number for number, key in session.execute(text("SELECT id, key FROM field"))}
        list_id = session.scalar(text("SELECT min(id) FROM list"))
    born = "DATE('now', '-' || (18 * 365 + " + _chance("3", 62 * 365) + ") || ' days')"
    if not database.url.startswith("sqlite"):
        born = "CURRENT_DATE - CAST(18 * 365 + " + _chance("3", 62 * 365) + " AS INTEGER)"
    day, value = (
        "INSERT INTO profile_value (subscriber_id, field_id, position, day) ",
        "INSERT INTO profile_value (subscriber_id, field_id, position, text) ",
    )
    place = f"CASE WHEN {_chance('2', 100)} < 14 THEN 'ES-M' WHEN {_chance('2', 100)} < 26 THEN 'ES-B' ELSE 'ES-SE' END"
    _run(
        database,
        "INSERT INTO subscriber (id, email, email_key, language, tracking, source, source_class, created_at, confirmed_at) "
        + numbers + f"SELECT i, {_ADDRESS}, {_ADDRESS}, 'es', 'individual', 'form:bench', 'organic', :at, :at FROM n",
        "INSERT INTO subscription (subscriber_id, list_id, state, asked_at, confirmed_at) "
        + numbers + f"SELECT i, {list_id}, 'confirmed', :at, :at FROM n",
        value + numbers + f"SELECT i, {field['sex']}, 0, CASE WHEN {_chance('1', 2)} = 0 THEN 'f' ELSE 'm' END FROM n",
        value + numbers + f"SELECT i, {field['place']}, 0, {place} FROM n",
        day + numbers + f"SELECT i, {field['birth_date']}, 0, {born} FROM n",
        value + numbers + f"SELECT i, {field['interests']}, 0, 'vajilla' FROM n WHERE {_chance('4', 100)} < 25",
        value + numbers + f"SELECT i, {field['interests']}, 1, 'textil' FROM n WHERE {_chance('5', 100)} < 25",
        at=_bound(database, now - timedelta(days=400)),
    )  # fmt: skip


def _mails(database: Database, people: int, now: datetime) -> None:
    numbers = f"WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {people}) "
    line = "INSERT INTO activity (at, kind, subscriber_id, mailing_id, message_id, amount, machine, detail) "
    false = "0" if database.url.startswith("sqlite") else "false"
    eager = f"(CASE WHEN {_chance('99', 100)} < 30 THEN 55 ELSE 8 END)"
    for number in range(1, CAMPAIGNS + 1):
        at = now - _APART * (CAMPAIGNS - number) - timedelta(days=3)
        _run(
            database,
            "INSERT INTO mailing (id, kind, source_id, template, name, list_id, brand_id, lane, policy, state, created_at, due_at, people) "
            f"SELECT {number}, 'campaign', {number}, '', 'Otoño', min(id), min(brand_id), 1, 'hold', 'done', :at, :at, {people} FROM list",
            line + numbers + f"SELECT :at, 'sent', i, {number}, {number} * 10000000 + i, NULL, {false}, '{{}}' FROM n",
            line + numbers + f"SELECT :opened, 'opened', i, {number}, {number} * 10000000 + i, NULL, {false}, '{{}}' FROM n "
            f"WHERE {_chance(str(100 + number), 100)} < {eager}",
            line + numbers + f"SELECT :clicked, 'clicked', i, {number}, {number} * 10000000 + i, NULL, {false}, '{{}}' FROM n "
            f"WHERE {_chance(str(100 + number), 100)} < {eager} / 3",
            line + numbers + f"SELECT :clicked, 'ordered', i, NULL, NULL, 4600, {false}, '{{}}' FROM n "
 f"WHERE {_chance(str(200 + number), 1000)} < 13",
            at=_bound(database, at), opened=_bound(database, at + timedelta(hours=2)), clicked=_bound(database, at + timedelta(hours=3)),
        )  # fmt: skip


def _bound(database: Database, at: datetime) -> object:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" if database.url.startswith("sqlite") else at


def _sum_up(database: Database, people: int) -> None:
    """By the statement that keeps the sums up, many people at a time."""
    for after in range(0, people, _SLICE):
        with database.begin() as session:
            rows = sums((Activity.subscriber_id > after) & (Activity.subscriber_id <= after + _SLICE))
            session.execute(insert(Engagement).from_select([column.name for column in rows.selected_columns], rows))
    with database.begin() as session:
        session.add(Cursor(reader="engagement", last_id=session.scalar(text("SELECT max(id) FROM activity")) or 0))


def _look_around(database: Database) -> None:
    """Let the server know how its tables are filled, as it does by itself by and by."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


_ = (Field, List, Subscriber)
