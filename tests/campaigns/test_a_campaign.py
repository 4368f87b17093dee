"""Bruno sends a newsletter to a list: every person has a row, and every row a reason."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from mailflow.audience.leaving import leave
from mailflow.audience.models import List, Subscription
from mailflow.audience.suppression import suppress
from mailflow.audience.words import LeaveMethod, SuppressionReason
from mailflow.campaigns import control, draft, launch
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import progress
from mailflow.campaigns.reach import reach
from mailflow.campaigns.schedule import schedule, unschedule
from mailflow.campaigns.words import CampaignState
from mailflow.content.compile import compile as compile_mail
from mailflow.content.library import bundled_library
from mailflow.content.models import Newsletter
from mailflow.content.sources import source_of
from mailflow.content.store import keep
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Message
from mailflow.outbox.words import Reason, State
from mailflow.segments.models import Segment
from tests.house import House
from tests.sink import Sink


@pytest.fixture
def house(database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    with Sink() as sink:
        yield House(database, settings, ring, sink, now)


def _draft(house: House, *, segment: dict[str, object] | None = None, subject: str = "La mesa de otoño") -> int:
    with house.database.begin() as session:
        letter = Newsletter(
            name="Otoño",
            template="newsletter",
            language="es",
            subject=subject,
            created_at=house.now,
            changed_at=house.now,
            slots=_slots(house),
        )
        session.add(letter)
        narrowed = Segment(name={"es": "x"}, tree=segment, created_at=house.now, changed_at=house.now) if segment else None
        if narrowed:
            session.add(narrowed)
        session.flush()
        made = draft.create(
            session,
            name="Otoño",
            list_id=session.scalars(select(List.id)).first(),
            newsletter_id=letter.id,
            segment_id=narrowed.id if narrowed else None,
            now=house.now,
        )
        return made.id


def _slots(house: House) -> dict[str, object]:
    """The template's own example."""
    return bundled_library().sample("newsletter", "es")["slots"]


def _schedule(house: House, campaign_id: int, wall: datetime | None = None) -> str:
    with house.database.begin() as session:
        return schedule(session, session.get_one(Campaign, campaign_id), wall=wall, zone="Europe/Madrid", now=house.now).reason


def _state(house: House, campaign_id: int) -> str:
    with house.database.read() as session:
        return session.get_one(Campaign, campaign_id).state


def _rows(house: House) -> dict[str, tuple[str, str | None]]:
    with house.database.read() as session:
        rows = session.scalars(select(Message).where(Message.list_id.is_not(None), Message.person_key > 0))
        return {row.address: (row.state, row.reason) for row in rows}


def test_everybody_confirmed_gets_it_once_and_it_is_sent(house: House) -> None:
    for name in ("ana", "elena"):
        house.joins(f"{name}@example.net")
    campaign = _draft(house)
    assert _schedule(house, campaign) == "scheduled"
    house.tick(4)
    assert _state(house, campaign) == CampaignState.SENT
    assert len([m for m in house.sink.messages_to("ana@example.net") if m["Subject"] == "La mesa de otoño"]) == 1
    assert _rows(house)["ana@example.net"] == (State.SENT, None)


def test_who_may_not_get_it_is_skipped_with_the_reason(house: House) -> None:
    house.joins("ana@example.net")
    carla = house.joins("carla@example.net")
    house.joins("dario@example.net")
    with house.database.begin() as session:
        place = session.scalars(select(Subscription).where(Subscription.subscriber_id == carla)).first()
        leave(session, place.id, method=LeaveMethod.PAGE, now=house.now)
        suppress(session, "dario@example.net", SuppressionReason.HARD_BOUNCE, ring=house.ring, now=house.now)
    house.asks("pendiente@example.net")
    _schedule(house, _draft(house))
    house.tick(4)
    rows = _rows(house)
    assert rows["carla@example.net"] == (State.SKIPPED, Reason.LEFT)
    assert rows["dario@example.net"] == (State.SKIPPED, Reason.SUPPRESSED)
    assert "pendiente@example.net" not in rows
    assert not house.sink.messages_to("carla@example.net")[1:]


def test_a_segment_narrows_it(house: House) -> None:
    house.joins("ana@example.net", sex="f")
    house.joins("luis@example.net", sex="m")
    campaign = _draft(house, segment={"all": [{"field": "sex", "is": "in", "value": ["f"]}]})
    with house.database.read() as session:
        row = session.get_one(Campaign, campaign)
        counted = reach(session, row.list_id, row.segment_id, now=house.now, ring=house.ring)
    assert (counted.in_list, counted.outside_segment, counted.will_get) == (2, 1, 1)
    _schedule(house, campaign)
    house.tick(4)
    assert set(_rows(house)) == {"ana@example.net"}


def test_it_waits_for_its_hour_on_the_wall(house: House) -> None:
    house.joins("ana@example.net")
    campaign = _draft(house)
    _schedule(house, campaign, datetime(2026, 11, 27, 10, 0))
    house.tick()
    assert _state(house, campaign) == CampaignState.SCHEDULED
    house.at(datetime.fromisoformat("2026-11-27T09:00:01+00:00"))
    house.tick(4)
    assert _state(house, campaign) == CampaignState.SENT


def test_an_hour_long_gone_is_held_for_a_person_to_decide(house: House) -> None:
    house.joins("ana@example.net")
    campaign = _draft(house)
    _schedule(house, campaign, datetime(2026, 11, 22, 10, 0))
    house.at(house.now + timedelta(days=3))
    house.tick()
    assert _state(house, campaign) == CampaignState.HELD
    assert not _rows(house)


def test_the_past_an_unknown_zone_and_an_unfinished_draft_are_refused(house: House) -> None:
    campaign = _draft(house)
    assert _schedule(house, campaign, datetime(2025, 1, 1, 10, 0)) == "past"
    with house.database.begin() as session:
        row = session.get_one(Campaign, campaign)
        assert schedule(session, row, wall=None, zone="Europe/Nowhere", now=house.now).reason == "no-such-zone"
        empty = draft.create(session, name="Sin nada", now=house.now)
        assert schedule(session, empty, wall=None, zone="Europe/Madrid", now=house.now).reason == "incomplete"


def test_a_double_click_schedules_once_and_a_scheduled_one_can_go_back(house: House) -> None:
    campaign = _draft(house)
    later = datetime(2026, 12, 1, 10, 0)
    assert _schedule(house, campaign, later) == "scheduled"
    assert _schedule(house, campaign, later) == "not-a-draft"
    with house.database.begin() as session:
        assert unschedule(session, session.get_one(Campaign, campaign))
    assert _state(house, campaign) == CampaignState.DRAFT


def test_one_taken_back_and_changed_goes_out_as_changed(house: House) -> None:
    """Its mailing had been opened, and its letter compiled, when it was taken back."""
    house.joins("ana@example.net")
    campaign = _draft(house)
    assert _schedule(house, campaign) == "scheduled"
    with house.database.begin() as session:
        row = session.get_one(Campaign, campaign)
        mailing = launch.open_campaign(session, row, now=house.now)
        keep(session, mailing, "es", compile_mail(source_of(session, mailing, "es", public_url="http://localhost:8000")), now=house.now)
        assert unschedule(session, row)
        session.get_one(Newsletter, row.newsletter_id).subject = "Lo que se pensó mejor"
    assert _schedule(house, campaign) == "scheduled"
    house.tick(4)
    subjects = [mail["Subject"] for mail in house.sink.messages_to("ana@example.net")]
    assert "Lo que se pensó mejor" in subjects
    assert "La mesa de otoño" not in subjects


def test_a_cancel_while_people_are_written_down_leaves_nobody_waiting(house: House) -> None:
    house.joins("ana@example.net")
    campaign = _draft(house)
    _schedule(house, campaign)
    with house.database.begin() as session:
        row = session.get_one(Campaign, campaign)
        launch.open_campaign(session, row, now=house.now)
        assert launch.start(session, row, now=house.now)
        assert control.cancel(session, row, now=house.now)
        assert launch.freeze_slice(session, row, now=house.now)
    house.tick(2)
    assert not _campaign_mails(house)


def test_a_paused_campaign_sends_nothing_until_it_goes_on(house: House) -> None:
    house.joins("ana@example.net")
    campaign = _draft(house)
    _schedule(house, campaign)
    with house.database.begin() as session:
        _begin(house, session, campaign)
        assert control.pause(session, session.get_one(Campaign, campaign), now=house.now)
    house.tick(2)
    assert not _campaign_mails(house)
    with house.database.begin() as session:
        assert control.resume(session, session.get_one(Campaign, campaign), now=house.now)
    house.tick(3)
    assert len(_campaign_mails(house)) == 1


def test_cancelling_skips_everybody_who_waits(house: House) -> None:
    house.joins("ana@example.net")
    campaign = _draft(house)
    _schedule(house, campaign)
    with house.database.begin() as session:
        _begin(house, session, campaign)
        assert control.cancel(session, session.get_one(Campaign, campaign), now=house.now)
        assert not control.resume(session, session.get_one(Campaign, campaign), now=house.now)
    house.tick(2)
    assert _rows(house)["ana@example.net"] == (State.SKIPPED, Reason.CANCELLED)
    with house.database.read() as session:
        assert progress(session, session.get_one(Campaign, campaign)).skipped == 1


def test_a_mail_that_does_not_compile_holds_the_campaign(house: House) -> None:
    house.joins("ana@example.net")
    campaign = _draft(house, subject="{{ subscriber.first_name")
    _schedule(house, campaign)
    house.tick()
    assert _state(house, campaign) == CampaignState.HELD
    with house.database.read() as session:
        assert session.get_one(Campaign, campaign).reason == "does-not-compile"
        assert session.scalar(select(func.count()).select_from(Message).where(Message.list_id.is_not(None))) == 0


def _begin(house: House, session: object, campaign_id: int) -> None:
    """As the clock would: opened, compiled, started and frozen, and nothing sent yet."""
    campaign = session.get_one(Campaign, campaign_id)
    mailing = launch.open_campaign(session, campaign, now=house.now)
    keep(session, mailing, "es", compile_mail(source_of(session, mailing, "es", public_url="http://localhost:8000")), now=house.now)
    assert launch.start(session, campaign, now=house.now)
    while not launch.freeze_slice(session, campaign, now=house.now):
        pass


def _campaign_mails(house: House) -> list[object]:
    return [m for m in house.sink.messages_to("ana@example.net") if m["Subject"] == "La mesa de otoño"]
