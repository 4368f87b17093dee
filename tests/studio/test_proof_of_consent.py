"""Somebody complains; Bruno prints in one click what Ana agreed to, in which words, and how she confirmed it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.audience import preferences
from mailflow.audience.confirmation import confirm
from mailflow.audience.first_start import first_start
from mailflow.audience.forms import FormFacts, change_form
from mailflow.audience.models import Brand, Export, Form, Subscriber
from mailflow.audience.signup import sign_up
from mailflow.audience.words import Choices, SignUpEntry, Tracking
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.outbox.models import Mailing, Message
from tests.studio.conftest import Visitor

LATER = timedelta(minutes=4)


@pytest.fixture
def ana(database: Database, ring: Ring, now: datetime) -> int:
    """She signed up in words that were changed afterwards, confirmed, and later let only the day of her last open be kept."""
    with database.begin() as session:
        first_start(session, now=now)
        form = session.scalars(select(Form)).one()
        entry = SignUpEntry("ana@example.net", "es", (1,), tracking=True, network="203.0.113.77", agent="Firefox <9>")
        request = sign_up(session, form, entry, now=now, ring=ring).request_id or 0
        session.add(
            Mailing(
                id=5,
                kind="notice",
                source_id=1,
                name="",
                brand_id=session.scalars(select(Brand.id)).one(),
                lane=0,
                policy="resend",
                created_at=now,
                due_at=now,
            )
        )
        session.flush()
        sent = {"state": "sent", "sent_at": now + LATER / 2, "reply": "250 2.0.0 Ok: queued as 4F"}
        session.add(
            Message(
                mailing_id=5,
                person_key=1,
                address="ana@example.net",
                language="es",
                lane=0,
                due_at=now,
                context={"request_id": request},
                **sent,
            )
        )
        confirm(session, request, now=now + LATER, network="203.0.113.77", agent="Firefox <9>")
        words = {"es": "Sí a todo.", "en": "Yes to all."}
        change_form(session, form, FormFacts(form.title, form.intro, words, words, form.list_slugs, form.field_keys, "organic"))
        entry = SignUpEntry("berta@example.net", "es", (1,))
        sign_up(session, form, entry, now=now, ring=ring)
        preferences.change(session, 1, Choices(tracking=Tracking.LAST_OPEN, tracking_wording="Solo el día."), now=now + 2 * LATER)
        return 1


def test_it_is_whole_in_one_click_and_written_down(bruno: Visitor, database: Database, ana: int) -> None:
    bruno.get(f"/subscribers/{ana}")
    page = bruno.post(f"/subscribers/{ana}/proof").text
    for part in (
        "Quiero recibir por correo",
        "Solo el día.",
        "203.0.113.0/24",
        "Firefox &lt;9&gt;",
        "250 2.0.0 Ok: queued as 4F",
        "ana@example.net",
    ):
        assert part in page, part
    assert "only the day of the last open" in page
    with database.read() as session:
        assert [(line.by, line.form, line.what) for line in session.scalars(select(Export))] == [("user:1", "proof", "person:1")]


def test_a_program_gets_the_same_as_json(bruno: Visitor, ana: int) -> None:
    told = bruno.post(f"/subscribers/{ana}/proof", {"as": "json"}).json
    assert told["holds"] == {"lists": {"1": "confirmed"}, "tracking": "last-open", "others": {}}
    assert [(step["purpose"], step["method"], step["granted"], step["version"]) for step in told["steps"]] == [
        ("newsletter", "box", True, 1),
        ("tracking", "box", True, 1),
        ("newsletter", "confirmation", True, 1),
        ("tracking", "preferences", False, 1),
    ]
    assert told["steps"][0]["mail"]["answered_at"] == "2026-11-21T12:04:00+00:00"


def test_words_that_were_changed_are_the_next_version(bruno: Visitor, ana: int) -> None:
    told = bruno.post("/subscribers/2/proof", {"as": "json"}).json
    assert [(step["wording"], step["version"]) for step in told["steps"]] == [("Sí a todo.", 2)]


def test_of_somebody_who_agreed_to_nothing_yet_it_is_empty(bruno: Visitor, database: Database, ana: int, now: datetime) -> None:
    with database.begin() as session:
        session.add(Subscriber(id=3, email="carla@example.net", email_key="carla@example.net", source="api", created_at=now))
    answer = bruno.post("/subscribers/3/proof", {"as": "json"})
    assert (answer.status_code, answer.json["steps"]) == (200, [])


def test_of_nobody_there_is_none_and_looking_alone_shows_none(bruno: Visitor, ana: int) -> None:
    assert bruno.post("/subscribers/99/proof").status_code == 404
    assert bruno.get(f"/subscribers/{ana}/proof").status_code == 405


def test_b_29_she_is_forgotten_in_two_clicks(bruno: Visitor, ana: int) -> None:
    assert "Forget this person" in bruno.get(f"/subscribers/{ana}").text
    assert "Nothing that names this person is left" in bruno.post(f"/subscribers/{ana}/erase", follow_redirects=True).text
    assert bruno.get(f"/subscribers/{ana}").status_code == 404
    assert bruno.post(f"/subscribers/{ana}/erase").status_code == 404
