"""Who goes first: a confirmation overtakes a campaign's thousands, and of two campaigns neither waits for the other."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailflow.audience.confirmation import confirm
from mailflow.audience.models import Brand, Form, List
from mailflow.audience.signup import sign_up
from mailflow.audience.words import SignUpEntry
from mailflow.foundation.clock import utc_now
from mailflow.foundation.ring import open_ring
from mailflow.outbox.mailings import open_mailing
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import Lane, MailingKind, State
from mailflow.sequences.control import switch
from mailflow.sequences.notices import post_notices
from mailflow.sequences.recipes import ensure_recipes
from tests.faults.scene import Scene
from tests.faults.sizes import size


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path, size(2_500, 500_000), seconds=0.01, campaigns=2)
    yield scene
    scene.close()


def _sent_by_campaign(scene: Scene) -> list[int]:
    with scene.database.read() as session:
        mailings = session.scalars(select(Mailing.id).where(Mailing.kind == MailingKind.CAMPAIGN))
        sent = select(func.count()).where(Message.state == State.SENT)
        return [session.scalar(sent.where(Message.mailing_id == mailing_id)) or 0 for mailing_id in mailings]


def test_two_campaigns_go_out_side_by_side(scene: Scene) -> None:
    scene.start()
    scene.until(lambda: scene.taken() >= 1_000, 60, "sending")
    one, other = _sent_by_campaign(scene)
    assert abs(one - other) <= 0.2 * max(one, other)
    assert one + other < scene.states().total(), "all had left: nothing was compared"


def test_a_notice_overtakes_a_campaign(scene: Scene) -> None:
    scene.start()
    scene.until(lambda: scene.taken() >= 100, 60, "sending")
    with scene.database.begin() as session:
        now = utc_now()
        brand = session.scalars(select(Brand.id)).first() or 0
        assert post_notices(session, now=now) == 0
        notice = open_mailing(session, kind=MailingKind.NOTICE, source_id=0, template="preferences_link", name="x", brand_id=brand, now=now)
        row = Message(mailing_id=notice.id, person_key=1, occasion=1, address="ana@notice.example.net", language="es", due_at=now)
        row.lane = Lane.NOTICE
        session.add(row)
    asked = time.monotonic()
    scene.until(lambda: any(each.recipient == "ana@notice.example.net" for each in scene.arrivals()), 20, "the notice")
    assert time.monotonic() - asked < 2 * size(3, 1)
    assert scene.states()["pending"] > 0, "all had left: nothing was overtaken"


def test_a_confirmation_and_a_welcome_overtake_campaigns(scene: Scene) -> None:
    """Elena signs up and confirms while everybody's mails go out: by the clock and the sender that are busy with these."""
    with scene.database.begin() as session:
        for sequence in ensure_recipes(session, now=utc_now()):
            assert switch(session, sequence, True, now=utc_now())
    scene.start()
    scene.start_clock()
    scene.until(lambda: scene.taken() >= 100, 60, "sending")
    _asks(scene, "dario@example.net")
    scene.until(lambda: _mails_to(scene, "dario@example.net") == 1, 30, "the first confirmation mail, which is compiled")
    asked, request = time.monotonic(), _asks(scene, ELENA)
    scene.until(lambda: _mails_to(scene, ELENA) == 1, 30, "the confirmation mail")
    assert time.monotonic() - asked < 2 * size(3, 1)
    with scene.database.begin() as session:
        confirm(session, request, now=utc_now(), network="203.0.113.7", agent="Firefox")
    confirmed = time.monotonic()
    scene.until(lambda: _mails_to(scene, ELENA) == 2, 60, "the welcome")
    assert time.monotonic() - confirmed < 10 * size(2, 1)
    assert scene.states()["pending"] > 0, "all had left: nothing was overtaken"


ELENA = "elena@example.net"


def _asks(scene: Scene, email: str) -> int:
    ring = open_ring(scene.database, scene.settings)
    with scene.database.begin() as session:
        form = session.scalars(select(Form)).one()
        entry = SignUpEntry(email=email, language="es", list_ids=tuple(session.scalars(select(List.id))), values={}, tracking=True)
        request = sign_up(session, form, entry, now=utc_now(), ring=ring).request_id
    assert request
    return request


def _mails_to(scene: Scene, address: str) -> int:
    return sum(each.recipient == address for each in scene.arrivals())
