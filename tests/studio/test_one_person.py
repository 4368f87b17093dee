"""What Bruno does at one person's page: mends, notes, merges, moves to another address."""

import re
from datetime import datetime

import pytest
from sqlalchemy import func, select

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.field_rules import FieldSheet
from mailflow.audience.finding.index import index_people
from mailflow.audience.first_start import first_start
from mailflow.audience.models import Field, Subscriber, Subscription
from mailflow.audience.profile import set_values, values
from mailflow.audience.records.models import Note
from mailflow.audience.registry import NewField, create_field
from mailflow.audience.suppression import suppress
from mailflow.audience.words import FieldKind, SuppressionReason
from mailflow.foundation.accounts import add_user
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.segments.ready import ensure_ready
from tests.studio.conftest import Visitor


@pytest.fixture(autouse=True)
def two_anas(database: Database, now: datetime) -> None:
    """Ana signed up twice."""
    with database.begin() as session:
        first_start(session, now=now)
        ensure_ready(session, now=now)
        for email in ("ana@example.net", "a.ferrer@casaolivo.es"):
            person = Subscriber(email=email, email_key=email, source="form:newsletter", created_at=now, confirmed_at=now)
            session.add(person)
            session.flush()
            session.add(Subscription(subscriber_id=person.id, list_id=1, state="confirmed", asked_at=now, confirmed_at=now))
            set_values(session, person.id, {"first_name": "Ana", "last_name": "Ferrer" if person.id == 1 else "F."})
            index_people(session, [person.id])


def test_she_is_found_by_a_telephone_however_it_is_spelled(bruno: Visitor) -> None:
    saved = bruno.post("/subscribers/1/edit", {"first_name": "Ana", "telephone": "600 11 22 33", "tier": "club", "owner": "1"})
    assert saved.status_code == 303
    for spelling in ("600 11 22 33", "%2B34 600112233", "0034600112233", "2233"):
        assert "ana@example.net" in bruno.get(f"/subscribers/?q={spelling}").text
    page = bruno.get("/subscribers/1").text
    assert "600 11 22 33" in page
    assert "Bruno Rivas" in page
    assert "Profile corrected" in page


def test_amounts_are_told_in_their_currency(bruno: Visitor, database: Database) -> None:
    with database.begin() as session:
        session.add(Field(key="saldo", kind="money", currency="USD", position=80, label={"en": "Balance", "es": "Saldo"}))
        session.flush()
        set_values(session, 1, {"saldo": 120150})
        set_values(session, 2, {"saldo": 500})
    for page in ("/subscribers/1", "/subscribers/1/merge?other=2"):
        text = bruno.get(page).text
        assert ("US$1,201.50" in text, "120150" in text) == (True, False)


def test_her_page_says_that_she_is_blocked_of_what_and_why(bruno: Visitor, database: Database, ring: Ring, now: datetime) -> None:
    with database.begin() as session:
        suppress(session, "ana@example.net", SuppressionReason.ROBINSON, ring=ring, now=now, scope="marketing")
    page = bruno.get("/subscribers/1").text
    assert "On a list of people who want no advertising</b>: Newsletters and other marketing, since 21 Nov 2026" in page
    assert 'href="/suppression/?q=ana@example.net"' in page
    assert "no advertising</b>" not in bruno.get("/subscribers/2").text


def test_what_cannot_be_read_is_said_in_its_place_and_nothing_is_kept(bruno: Visitor, database: Database) -> None:
    answer = bruno.post("/subscribers/1/edit", {"first_name": "Anabel", "telephone": "hola", "tier": "gold"})
    assert answer.text.count('aria-invalid="true"') == 2
    assert 'value="hola"' in answer.text
    with database.read() as session:
        assert values(session, [1])[1] == {"first_name": "Ana", "last_name": "Ferrer"}
        assert session.scalar(select(func.count()).select_from(Activity).where(Activity.kind == Kind.EDITED)) == 0


@pytest.mark.parametrize("number", [123456789012345.0, 999999999999.999, 1 / 3, 0.000001, 1000000.0, -3.0])
def test_saving_what_nobody_changed_keeps_every_figure_of_a_number(bruno: Visitor, database: Database, number: float) -> None:
    with database.begin() as session:
        assert create_field(session, NewField(FieldKind.NUMBER, key="points"), FieldSheet({"es": "Puntos", "en": "Points"})).field
        set_values(session, 1, {"points": number})
    shown = re.search(r'value="([^"]*)"', re.search(r'<input[^>]*name="points"[^>]*>', bruno.get("/subscribers/1/edit").text)[0])[1]
    assert bruno.post("/subscribers/1/edit", {"first_name": "Anabel", "points": shown}).status_code == 303
    with database.read() as session:
        assert values(session, [1])[1]["points"] == number
    bruno.get("/export/")
    assert f"\r\n{shown}\r\n" in bruno.post("/export/", {"columns": "points"}).text


def test_an_edit_that_changes_nothing_leaves_no_line(bruno: Visitor, database: Database) -> None:
    bruno.post("/subscribers/1/edit", {"first_name": "Ana", "last_name": "Ferrer"})
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Activity)) == 0


def test_notes_are_their_authors_own(bruno: Visitor, database: Database, now: datetime) -> None:
    bruno.post("/subscribers/1/notes", {"text": "Wants <b>linen</b>\nin sage"})
    page = bruno.get("/subscribers/1").text
    assert "Wants &lt;b&gt;linen&lt;/b&gt;" in page
    bruno.post("/subscribers/1/notes/1", {"text": "Wants linen"})
    assert "changed" in bruno.get("/subscribers/1").text
    with database.begin() as session:
        marisa = add_user(session, "marisa@example.net", name="Marisa", password_hash="", now=now)
        session.flush()
        session.get_one(Note, 1).author_id = marisa.id
    bruno.post("/subscribers/1/notes/1", {"do": "delete"})
    assert "Only its author" in bruno.get("/subscribers/1").text
    assert bruno.post("/subscribers/2/notes/1", {"text": "x"}).status_code == 404
    bruno.post("/subscribers/1/notes", {"text": "x" * 2001})
    with database.read() as session:
        assert session.scalars(select(Note.text)).all() == ["Wants linen"]


def test_another_address_is_refused_with_words_or_keeps_the_old_one(bruno: Visitor, database: Database, ring: Ring, now: datetime) -> None:
    with database.begin() as session:
        suppress(session, "nadie@example.net", SuppressionReason.COMPLAINT, ring=ring, now=now)
    assert "should look like" in bruno.post("/subscribers/1/address", {"email": "ana"}).text
    assert "is blocked" in bruno.post("/subscribers/1/address", {"email": "nadie@example.net"}).text
    taken = bruno.post("/subscribers/1/address", {"email": "A.Ferrer@casaolivo.es"}).text
    assert "/subscribers/1/merge?other=2" in taken
    assert bruno.post("/subscribers/1/address", {"email": "ana@example.org"}).status_code == 303
    page = bruno.get("/subscribers/1").text
    assert "before: ana@example.net" in page
    assert "Was given another address" in page


def test_two_records_become_one(bruno: Visitor, database: Database) -> None:
    assert "a.ferrer@casaolivo.es" in bruno.get("/subscribers/1/merge").text
    assert "Nobody else fits" in bruno.get("/subscribers/1/merge?q=zoe").text
    plan = bruno.get("/subscribers/1/merge?other=2").text
    assert "Last name" in plan
    assert "ana@example.net" in bruno.get("/subscribers/1/merge?other=2&keep=other").text
    assert bruno.post("/subscribers/1/merge", {"gone": "2", "value-last_name": "gone"}).status_code == 303
    page = bruno.get("/subscribers/2", follow_redirects=True).text
    assert "became part of this one" in page
    assert "before: a.ferrer@casaolivo.es" in page
    assert "last_name: Ferrer" in page
    with database.read() as session:
        assert session.scalars(select(Subscriber.email)).all() == ["ana@example.net"]
    assert bruno.post("/subscribers/1/merge", {"gone": "2"}).status_code == 404
    assert bruno.get("/subscribers/1/merge?other=1").status_code == 404


def test_the_past_is_read_page_by_page_and_segments_say_why(bruno: Visitor, database: Database, now: datetime) -> None:
    with database.begin() as session:
        session.add_all([Activity(at=now, kind="ordered", subscriber_id=1, amount=100 * number) for number in range(1, 71)])
    page = bruno.get("/subscribers/1?show=orders").text
    assert "€70.00" in page
    assert "€10.00" not in page
    assert "before=46" in page
    older = bruno.get("/subscribers/1?show=orders&before=21").text
    assert "€10.00" in older
    assert "€70.00" not in older
    assert "who=ana" in page
