"""Whatever brought somebody there, who gets nothing gets nothing: asked at the gate, where nothing is gone around."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.audience.confirmation import confirm
from mailflow.audience.lifting import Lifted, let_her_ask, lift
from mailflow.audience.models import Suppression, SuppressionLine
from mailflow.audience.robinson import Terms, bring_in, slices, tell
from mailflow.audience.suppression import blocks, mark_of, suppress
from mailflow.audience.words import Scope, SuppressionReason, of_list
from mailflow.delivery.claim import claim
from mailflow.delivery.gate import pass_gate
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.enqueue import Entry, enqueue
from mailflow.outbox.mailings import open_mailing
from mailflow.outbox.models import Message
from mailflow.outbox.words import Lane, MailingKind, Reason, State
from tests.house import House
from tests.sink import Sink

CAST = ("ana", "berta", "carla", "dora", "elena", "eva")
ANA = "ana@example.net"


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    with Sink() as sink:
        yield House(database, settings, ring, sink, now)


def on_the_list(house: House, typed: str, scope: str, reason: SuppressionReason = SuppressionReason.BY_HAND) -> None:
    with house.database.begin() as session:
        mark = mark_of(typed, ring=house.ring)
        assert mark
        assert suppress(session, mark, reason, ring=house.ring, now=house.now, scope=scope, by="user:1")


def gone(house: House, kind: MailingKind, *addresses: str) -> dict[str, str]:
    """What the gate says of one mail of this kind to each of them."""
    people = house.gathers(addresses)
    with house.database.begin() as session:
        mailing = open_mailing(session, kind=kind, source_id=1, name="x", language="es", list_id=None, brand_id=1, now=house.now)
        enqueue(session, mailing, [Entry(person) for person in people], now=house.now)
        mailing.frozen_at = house.now
        session.flush()
        for message in session.scalars(select(Message)):
            message.list_id = 1
        number = mailing.id
    with house.database.begin() as session:
        rows = claim(session, "w", now=house.now, room=dict.fromkeys(Lane, 100))
        pass_gate(session, rows, "w", ring=house.ring, now=house.now)
    with house.database.read() as session:
        return {
            row.address.partition("@")[0]: row.reason or row.state
            for row in session.scalars(select(Message).where(Message.mailing_id == number))
        }


@pytest.mark.parametrize(
    ("kind", "blocked"),
    [
        (MailingKind.CAMPAIGN, {"ana", "berta", "carla", "dora", "elena"}),
        (MailingKind.STEP, {"ana", "berta", "carla", "dora", "elena"}),
        (MailingKind.NOTICE, {"ana", "dora"}),
    ],
)
def test_each_kind_of_mail_stops_at_what_is_meant_for_it(house: House, kind: MailingKind, blocked: set[str]) -> None:
    on_the_list(house, "ANA@example.net ", Scope.EVERYTHING)
    on_the_list(house, hashlib.sha256(b"berta@example.net").hexdigest().upper(), Scope.MARKETING, SuppressionReason.ROBINSON)
    on_the_list(house, f"md5:{hashlib.md5(b'carla@example.net').hexdigest()}", Scope.MARKETING, SuppressionReason.ROBINSON)
    on_the_list(house, "@Bajas.example", Scope.EVERYTHING)
    on_the_list(house, "elena@example.net", of_list(1))
    on_the_list(house, "eva@example.net", of_list(2))
    said = gone(house, kind, *(f"{name}@{'bajas.example' if name == 'dora' else 'example.net'}" for name in CAST))
    assert {name for name, word in said.items() if word == Reason.SUPPRESSED} == blocked
    assert {word for name, word in said.items() if name not in blocked} == {State.SENDING}


def test_a_complaint_is_lifted_by_nobody_but_her(house: House, now: datetime) -> None:
    on_the_list(house, ANA, Scope.EVERYTHING)
    with house.database.begin() as session:
        assert not suppress(session, ANA, SuppressionReason.COMPLAINT, ring=house.ring, now=now)
        number = session.scalars(select(Suppression.id)).one()
        assert lift(session, number, by="user:1", note="por teléfono", now=now) is Lifted.HERS_ALONE
        assert let_her_ask(session, number, by="user:1", note="", now=now) is Lifted.NO_NOTE
    assert house.asks(ANA) is None
    with house.database.begin() as session:
        assert let_her_ask(session, number, by="user:1", note="llamó", now=now) is Lifted.ASKED
    request = house.asks(ANA)
    house.tick()
    assert len(house.sink.messages_to(ANA)) == 1, "the mail to confirm goes"
    with house.database.begin() as session:
        assert blocks(session, [ANA], ring=house.ring, now=now) == {ANA: {Scope.MARKETING}}
        assert confirm(session, request or 0, now=now).subscriber_id
    with house.database.read() as session:
        assert blocks(session, [ANA], ring=house.ring, now=now) == {}
        lines = [(line.event, line.reason, line.by) for line in session.scalars(select(SuppressionLine).order_by(SuppressionLine.id))]
    assert lines == [
        ("added", "by-hand", "user:1"), ("added", "complaint", ""), ("asked", "complaint", "user:1"), ("lifted", "complaint", ""),
    ]  # fmt: skip


def test_who_was_let_ask_and_did_not_is_silent_again_after_a_week(house: House, now: datetime) -> None:
    on_the_list(house, ANA, Scope.EVERYTHING, SuppressionReason.ERASED)
    with house.database.begin() as session:
        let_her_ask(session, session.scalars(select(Suppression.id)).one(), by="user:1", note="llamó", now=now)
    with house.database.read() as session:
        assert blocks(session, [ANA], ring=house.ring, now=now) == {ANA: {Scope.MARKETING}}
        assert blocks(session, [ANA], ring=house.ring, now=now + timedelta(days=7)) == {ANA: {Scope.EVERYTHING}}


def test_who_was_let_ask_about_one_list_gets_the_others_meanwhile(house: House, now: datetime) -> None:
    on_the_list(house, ANA, of_list(1))
    with house.database.begin() as session:
        let_her_ask(session, session.scalars(select(Suppression.id)).one(), by="user:1", note="llamó", now=now)
        assert blocks(session, [ANA], ring=house.ring, now=now) == {ANA: {of_list(1)}}


def test_staff_lift_their_own_with_a_reason(house: House, now: datetime) -> None:
    on_the_list(house, ANA, Scope.EVERYTHING)
    with house.database.begin() as session:
        number = session.scalars(select(Suppression.id)).one()
        assert lift(session, number, by="user:1", note=" ", now=now) is Lifted.NO_NOTE
        assert lift(session, number, by="user:1", note="era de otra", now=now) is Lifted.LIFTED
        assert lift(session, number, by="user:1", note="otra vez", now=now) is Lifted.UNKNOWN
    with house.database.read() as session:
        assert blocks(session, [ANA], ring=house.ring, now=now) == {}


def test_a_robinson_list_silences_marketing_and_her_own_confirmation_comes_before_it(house: House, now: datetime, tmp_path) -> None:
    file = tmp_path / "robinson.csv"
    digests = [hashlib.sha256(f"{name}@example.net".encode()).hexdigest() for name in CAST[:3]]
    file.write_bytes(
        (
            "\ufeffEMAIL_SHA256;FECHA\n" + "".join(f'"{one.upper()}";2026-01-01\r\n' for one in digests) + "???;x\n\ndora@example.net\n"
        ).encode()
    )
    terms = Terms(Scope.MARKETING, SuppressionReason.ROBINSON, "command", "robinson.csv")
    with file.open("rb") as content, house.database.begin() as session:
        for some in slices(content, ring=house.ring):
            assert some.unread == 1
            assert bring_in(session, some, terms, now=now) == 4
            assert bring_in(session, some, terms, now=now) == 0
        tell(session, terms, 4, now=now)
    said = gone(house, MailingKind.CAMPAIGN, *(f"{name}@example.net" for name in ("berta", "carla", "dora", "eva")))
    assert said == {"berta": Reason.SUPPRESSED, "carla": Reason.SUPPRESSED, "dora": Reason.SUPPRESSED, "eva": State.SENDING}
    house.joins(ANA)
    with house.database.read() as session:
        assert blocks(session, [ANA], ring=house.ring, now=now) == {}


@pytest.mark.parametrize(
    "typed", ["", "  ", "nadie", "@", "a@b", "zz" * 32, "ab" * 20, "a b@example.net", "@-x.example", "<script>@x.example>"]
)
def test_what_is_neither_address_domain_nor_digest_is_no_mark(ring: Ring, typed: str) -> None:
    assert mark_of(typed, ring=ring) is None
