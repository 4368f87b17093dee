"""How each provider takes our mail, counted while it is recorded, and since when a server is away."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import event, func, select

from mailflow.audience.first_start import first_start
from mailflow.delivery.models import Conversation, ProviderFlow
from mailflow.delivery.overview import overview
from mailflow.delivery.providers import SHOWN, TOLD_APART, Provider, count_flow, providers
from mailflow.delivery.record import record
from mailflow.delivery.telling import tell_worker, tidy
from mailflow.delivery.transports.words import Health, Reply, Verdict
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Message
from mailflow.outbox.words import Claimed, Reason
from tests.mailed import mailing, message

SENT, LATER, NO = (
    Reply(Verdict.SENT, text="250 ok"),
    Reply(Verdict.DEFERRED, Reason.THROTTLE, text="4.7.0 slow down", code=421),
    Reply(Verdict.FAILED, Reason.POLICY, text="5.7.1 blocked", code=550),
)
OURS = Reply(Verdict.FAILED, Reason.RENDERING)


def _answered(database: Database, ring: Ring, now: datetime, *replies: tuple[str, Reply]) -> None:
    """A sender had these in hand, and this was said of each."""
    with database.begin() as session:
        first_start(session, now=now)
        mine = mailing(session, source_id=int(now.timestamp()))
        rows = []
        for number, (name, reply) in enumerate(replies, start=1):
            facts = {"address": f"a{number}@{name}", "provider": name, "worker": "one", "epoch": 1, "due_at": now}
            row = message(session, mine.id, number, state="sending", attempt=1, **facts)
            held = Claimed(row.id, mine.id, number, row.address, "es", 1, name, {}, 1, 2)
            rows.append((held, reply))
        record(session, rows, "one", ring=ring, now=now)


def test_what_was_taken_and_refused_is_told_for_each_provider_the_troubled_first(database: Database, ring: Ring, now: datetime) -> None:
    said = [("well.example", SENT)] * 3 + [("rude.example", NO), ("rude.example", SENT), ("slow.example", LATER), ("well.example", OURS)]
    _answered(database, ring, now, *said)
    with database.read() as session:
        told = overview(session, now=now).providers
    assert [(one.name, one.sent, one.failed, one.waiting) for one in told.shown] == [
        ("rude.example", 1, 1, 0),
        ("slow.example", 0, 0, 1),
        ("well.example", 3, 0, 0),
    ]
    assert [one.last and (one.last.code, one.last.words) for one in told.shown[:2]] == [(550, "5.7.1 blocked"), (421, "4.7.0 slow down")]
    assert told.others_sent == 0


def test_only_the_last_hour_counts_and_older_counts_are_forgotten(database: Database, ring: Ring, now: datetime) -> None:
    _answered(database, ring, now - timedelta(hours=1, minutes=10), ("old.example", SENT))
    _answered(database, ring, now - timedelta(minutes=50), ("well.example", SENT))
    _answered(database, ring, now, ("well.example", SENT))
    with database.read() as session:
        told = providers(session, Counter(), [], now=now)
    assert told.since == now - timedelta(hours=1)
    assert told.shown == [Provider("well.example", 2, 0, 0, None)]
    with database.begin() as session:
        for left in (2, 1, 1):
            tidy(session, now=now + timedelta(hours=2))
            assert session.scalar(select(func.count()).select_from(ProviderFlow)) == left


def test_a_large_turn_makes_no_row_for_each_small_domain(database: Database, now: datetime) -> None:
    with database.begin() as session:
        count_flow(session, sent=["large.example"] * 90 + [f"small{number}.example" for number in range(60)], now=now)
        rows = dict(session.execute(select(ProviderFlow.provider, ProviderFlow.sent)).all())
    assert rows == {"large.example": 90, "": 60}


def test_of_very_many_providers_the_rest_is_told_as_a_number(database: Database, now: datetime) -> None:
    with database.begin() as session:
        for number in range(300):
            count_flow(session, sent=[f"p{number:03}.example"] * (number + 1), now=now)
        count_flow(session, failed=["p000.example"], now=now)
    with database.read() as session:
        told = providers(session, Counter({"p001.example": 7, "new.example": 1}), [], now=now)
    assert [one.name for one in told.shown[:4]] == ["p001.example", "p000.example", "new.example", "p299.example"]
    assert len(told.shown) == SHOWN
    assert sum(one.sent for one in told.shown) + told.others_sent == sum(range(1, 301))


def test_a_turn_writes_once_for_all_its_messages_and_their_providers(database: Database, ring: Ring, now: datetime) -> None:
    statements: list[str] = []

    def heard(_line: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.extend([statement] if "provider_flow" in statement else [])

    event.listen(database.engine, "before_cursor_execute", heard)
    _answered(database, ring, now, *[(f"p{number % 7}.example", SENT) for number in range(50)])
    assert len(statements) == 1
    with database.read() as session:
        assert session.scalar(select(func.sum(ProviderFlow.sent))) == 50
        assert session.scalar(select(func.count()).select_from(ProviderFlow)) == 7


def test_a_turn_to_very_many_providers_tells_the_most_frequent_apart_and_loses_no_mail(database: Database, now: datetime) -> None:
    names = ["big.example"] * 5 + [f"p{number}.example" for number in range(500)]
    with database.begin() as session:
        count_flow(session, sent=names, failed=["p499.example"], now=now)
        assert session.scalar(select(func.count()).select_from(ProviderFlow)) <= TOLD_APART + 2
    with database.read() as session:
        told = providers(session, Counter(), [], now=now)
    assert [(one.name, one.failed) for one in told.shown[:2]] == [("p499.example", 1), ("big.example", 0)]
    assert told.shown[1].sent == 5
    assert sum(one.sent for one in told.shown) + told.others_sent == 505
    assert all(one.name for one in told.shown)


def test_the_page_reads_no_message_to_tell_of_providers(database: Database, ring: Ring, now: datetime) -> None:
    _answered(database, ring, now, ("well.example", SENT))
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda _l, _c, statement, *_: statements.append(statement))
    with database.read() as session:
        providers(session, Counter(), [], now=now)
    assert statements
    assert not any(Message.__tablename__ + "." in one or Conversation.__tablename__ in one for one in statements)


def test_a_server_is_away_since_it_was_first_found_so(database: Database, now: datetime) -> None:
    away, well = Health("mail", "smtp.example.com:587", 0, 0, away=True), Health("mail", "smtp.example.com:587", 2, 1)

    def told(health: Health, minutes: int) -> datetime | None:
        at = now + timedelta(minutes=minutes)
        with database.begin() as session:
            tell_worker(session, "one", started=now, in_hand=0, held="", routes=[health], now=at)
        with database.read() as session:
            return overview(session, now=at).senders[0].routes[0].away_since

    assert told(well, 0) is None
    assert told(away, 1) == now + timedelta(minutes=1)
    assert told(away, 4) == now + timedelta(minutes=1)
    assert told(well, 5) is None
    assert told(away, 6) == now + timedelta(minutes=6)
