"""Who goes first: a confirmation overtakes a campaign's thousands, and of two campaigns neither waits for the other."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailflow.audience.models import Brand
from mailflow.foundation.clock import utc_now
from mailflow.outbox.mailings import open_mailing
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import Lane, MailingKind, State
from mailflow.sequences.notices import post_notices
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
