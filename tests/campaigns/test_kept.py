"""What was scheduled is what goes out, whatever Bruno changes afterwards."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mailflow.audience.models import List
from mailflow.campaigns import draft
from mailflow.campaigns.kept import kept_copy
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import compiled_of, waiting_with_segment
from mailflow.campaigns.reach import reach_of
from mailflow.campaigns.schedule import leave_now, schedule, unschedule
from mailflow.campaigns.trial import send_test
from mailflow.campaigns.words import CampaignState
from mailflow.content import drafts
from mailflow.content.library import bundled_library
from mailflow.content.models import Newsletter
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.segments.models import Segment
from tests.house import House
from tests.sink import Sink

HOUR = datetime(2026, 12, 1, 10, 0)
WOMEN = {"all": [{"field": "sex", "is": "in", "value": ["f"]}]}
MEN = {"all": [{"field": "sex", "is": "in", "value": ["m"]}]}


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    """Ana and Luis are in the list."""
    with Sink() as sink:
        made = House(database, settings, ring, sink, now)
        made.joins("ana@example.net", sex="f")
        made.joins("luis@example.net", sex="m")
        made.tick(2)
        yield made


@pytest.fixture
def campaign(house: House) -> int:
    """To the women of the list, by a segment that names another, due on the first of December."""
    with house.database.begin() as session:
        words = bundled_library().sample("newsletter", "es", "newsletter")
        letter = drafts.create(
            session, name="Otoño", template="newsletter", language="es", now=house.now, words={**words, "subject": "Lo planeado"}
        )
        women = Segment(name={"es": "Mujeres"}, tree=WOMEN, created_at=house.now, changed_at=house.now)
        session.add(women)
        session.flush()
        outer = Segment(name={"es": "Ellas"}, tree={"all": [{"segment": women.id}]}, created_at=house.now, changed_at=house.now)
        session.add(outer)
        session.flush()
        target = session.scalars(select(List.id)).first()
        made = draft.create(session, name="Otoño", list_id=target, newsletter_id=letter.id, segment_id=outer.id, now=house.now)
        assert schedule(session, made, wall=HOUR, zone="Europe/Madrid", now=house.now).reason == "scheduled"
        return made.id


def _subjects(house: House, name: str) -> list[str]:
    return [mail["Subject"] for mail in house.sink.messages_to(f"{name}@example.net")]


def _change_the_newsletter(house: House, subject: str) -> None:
    with house.database.begin() as session:
        letter = session.scalars(select(Newsletter)).one()
        drafts.save(session, letter, subject=subject, preheader="Otra cosa", slots={"title": "Otro titular"}, now=house.now)
        drafts.rename(session, letter, "Otro", language="en", now=house.now)


def _the_hour_comes(house: House) -> None:
    house.at(datetime.fromisoformat("2026-12-01T09:00:01+00:00"))
    house.tick(4)


def test_a_newsletter_changed_after_scheduling_goes_out_as_it_was_scheduled(house: House, campaign: int) -> None:
    _change_the_newsletter(house, "Lo cambiado")
    _the_hour_comes(house)
    assert "Lo planeado" in _subjects(house, "ana")
    assert "Lo cambiado" not in _subjects(house, "ana")
    sent = next(mail for mail in house.sink.messages_to("ana@example.net") if mail["Subject"] == "Lo planeado")
    assert "Otro titular" not in sent.get_body(("html",)).get_content()
    with house.database.read() as session:
        compiled = compiled_of(session, session.get_one(Campaign, campaign))
    assert compiled is not None
    assert (compiled.subject, compiled.language) == ("Lo planeado", "es")


def test_a_segment_changed_after_scheduling_narrows_as_it_was_scheduled(house: House, campaign: int) -> None:
    with house.database.begin() as session:
        for one in session.scalars(select(Segment).where(Segment.slug.is_(None))):
            one.tree = MEN
        assert [
            row.id for row in waiting_with_segment(session, next(one.id for one in session.scalars(select(Segment)) if one.tree == MEN))
        ] == [campaign]
        counted = reach_of(session, session.get_one(Campaign, campaign), now=house.now, ring=house.ring)
    assert counted.will_get == 1
    _the_hour_comes(house)
    assert "Lo planeado" in _subjects(house, "ana")
    assert "Lo planeado" not in _subjects(house, "luis")


def test_one_taken_back_forgets_its_copy_and_is_kept_anew(house: House, campaign: int) -> None:
    with house.database.begin() as session:
        assert unschedule(session, session.get_one(Campaign, campaign))
    with house.database.read() as session:
        assert kept_copy(session, session.get_one(Campaign, campaign)) is None
    _change_the_newsletter(house, "Lo pensado mejor")
    with house.database.begin() as session:
        assert schedule(session, session.get_one(Campaign, campaign), wall=HOUR, zone="Europe/Madrid", now=house.now).reason == "scheduled"
    _the_hour_comes(house)
    assert "Lo pensado mejor" in _subjects(house, "ana")
    assert "Lo planeado" not in _subjects(house, "ana")


def test_a_held_one_sent_by_hand_goes_out_as_it_was_scheduled(house: House, campaign: int) -> None:
    house.at(house.now + timedelta(days=60))
    house.tick()
    _change_the_newsletter(house, "Lo cambiado")
    with house.database.begin() as session:
        row = session.get_one(Campaign, campaign)
        assert row.state == CampaignState.HELD
        assert leave_now(session, row, now=house.now)
    house.tick(4)
    assert "Lo planeado" in _subjects(house, "ana")


def test_the_subject_of_a_test_says_that_it_is_one(house: House, campaign: int) -> None:
    with house.database.begin() as session:
        letter = session.scalars(select(Newsletter)).one()
        send_test(session, letter, 1, "bruno@example.net", now=house.now)
    house.tick(2)
    assert _subjects(house, "bruno") == ["[Prueba] Lo planeado"]
    _change_the_newsletter(house, "[Test] Mine")
    with house.database.begin() as session:
        send_test(session, session.scalars(select(Newsletter)).one(), 1, "bruno@example.net", now=house.now + timedelta(seconds=1))
    house.at(house.now + timedelta(seconds=2))
    house.tick(2)
    assert _subjects(house, "bruno")[1:] == ["[Test] Mine"]
