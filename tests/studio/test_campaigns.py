"""Bruno sends a campaign from the studio: who gets it, when, and what became of everybody, over a real SMTP server."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from mailflow.audience.leaving import leave
from mailflow.audience.models import Brand, List, Subscription
from mailflow.audience.suppression import suppress
from mailflow.audience.words import LeaveMethod, SuppressionReason
from mailflow.campaigns.models import Campaign
from mailflow.content import drafts
from mailflow.content.library import bundled_library
from mailflow.content.models import Newsletter
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from mailflow.outbox.models import Message
from mailflow.segments.models import Segment
from tests.house import House
from tests.sink import Sink
from tests.studio.conftest import Visitor


@pytest.fixture
def house(studio: Flask, database: Database, settings: Settings, ring: Ring, now: datetime) -> Iterator[House]:
    """The shop with Ana, Elena and Darío confirmed, Carla gone, and one newsletter."""
    with Sink() as sink:
        made = House(database, settings, ring, sink, now)
        for name in ("ana", "elena", "dario", "carla"):
            made.joins(f"{name}@example.net", first_name=name.capitalize())
        with database.begin() as session:
            session.scalars(select(Brand)).one().postal_address = "Calle Feria 112, 41002 Sevilla"
            sample = bundled_library().sample("newsletter", "es", "newsletter")
            drafts.create(session, name="Otoño", template="newsletter", language="es", now=now - timedelta(days=1), words=sample)
            places = list(session.scalars(select(Subscription).order_by(Subscription.id)))
            leave(session, places[-1].id, method=LeaveMethod.PAGE, now=now)
            suppress(session, "dario@example.net", SuppressionReason.HARD_BOUNCE, ring=ring, now=now)
        yield made


@pytest.fixture
def draft(house: House, bruno: Visitor) -> str:
    """The address of a draft to the list, with the newsletter."""
    answer = bruno.post("/campaigns/", {"name": "Otoño", "list_id": "1", "newsletter_id": "1"})
    assert answer.status_code == 303
    return answer.location


def _save(bruno: Visitor, draft: str, **changed: str) -> Any:
    form = {"name": "Otoño", "list_id": "1", "segment_id": "", "newsletter_id": "1", "when": "now", "zone": "Europe/Madrid"}
    return bruno.post(draft, {**form, **changed})


def _confirm(bruno: Visitor, draft: str, **more: Any) -> Any:
    seen = re.search(r'name="seen" value="(\w+)"', bruno.get(draft + "review").text)
    assert seen
    return bruno.post(draft + "schedule", {"seen": seen[1]}, **more)


def _campaign(house: House) -> Campaign:
    with house.database.read() as session:
        return session.scalars(select(Campaign).order_by(Campaign.id)).one()


def _campaign_rows(house: House) -> int:
    """How many people have a row of a campaign; the sequences' welcome mails do not count."""
    with house.database.read() as session:
        return session.scalar(select(func.count()).where(Message.mailing_id == session.scalars(select(Campaign.mailing_id)).first())) or 0


def test_looking_makes_nothing(house: House, bruno: Visitor) -> None:
    for page in ("/campaigns/", "/campaigns/new", "/campaigns/new?segment_id=1&newsletter_id=1", "/campaigns/?show=drafts&page=99"):
        assert bruno.get(page).status_code == 200
    with house.database.read() as session:
        assert session.scalars(select(Campaign)).all() == []


def test_a_campaign_can_start_from_a_segment_or_a_newsletter(house: House, bruno: Visitor) -> None:
    page = bruno.get("/campaigns/new?segment_id=1&newsletter_id=1").text
    assert page.count('<option value="1" selected>') == 3
    assert 'value="Otoño"' in page


def test_numbers_that_are_nothing_count_as_not_chosen(house: House, bruno: Visitor) -> None:
    forged = {"name": "x", "list_id": "999", "segment_id": "-1", "newsletter_id": "1e9"}
    answer = bruno.post("/campaigns/", forged)
    assert answer.status_code == 303
    assert (_campaign(house).list_id, _campaign(house).segment_id, _campaign(house).newsletter_id) == (None, None, None)
    assert "Choose the list it goes to." in bruno.get(answer.location).text


def test_a_campaign_needs_a_name(house: House, bruno: Visitor) -> None:
    answer = bruno.post("/campaigns/", {"name": "  ", "list_id": "1", "newsletter_id": "1"})
    assert answer.status_code == 422
    assert "Give the campaign a name" in answer.text
    assert answer.text.count('<option value="1" selected>') >= 2


def test_the_draft_says_who_will_get_it_and_who_not_and_why(bruno: Visitor, draft: str) -> None:
    page = bruno.get(draft).text
    assert "2 people will get it" in page
    assert "3 people are in the list" in page
    assert "in the segment" not in page.split("2 people will get it")[1].split("Counted at")[0]
    assert "blocked: the address bounced" in page
    assert "1 more left the list" in page


def test_the_count_follows_the_form_without_keeping_it(house: House, bruno: Visitor, draft: str, now: datetime) -> None:
    with house.database.begin() as session:
        nobody = Segment(name={"es": "Nadie", "en": "Nobody"}, tree={"any": []}, created_at=now, changed_at=now)
        session.add(nobody)
        session.flush()
        number = nobody.id
    answer = bruno.post(draft + "reach", {"list_id": "1", "segment_id": str(number)})
    assert "0 people will get it" in answer.text
    assert "3 people are in the list, 0 of them are in the segment." in re.sub(r"\s+", " ", answer.text)
    assert "<html" not in answer.text
    assert "Choose a list" in bruno.post(draft + "reach", {"list_id": "0"}).text
    assert (_campaign(house).list_id, _campaign(house).segment_id) == (1, None)


def test_the_hour_is_kept_with_the_draft_in_its_zone(house: House, bruno: Visitor, draft: str) -> None:
    later = {"when": "later", "day": "2026-11-27", "time": "10:00", "zone": "Atlantic/Canary"}
    assert _save(bruno, draft, **later).status_code == 303
    assert (_campaign(house).wall_time, _campaign(house).zone) == ("2026-11-27T10:00", "Atlantic/Canary")
    page = bruno.get(draft + "review").text
    assert "Friday 27 November at 10:00, Canary time (UTC) (here: 27 Nov 2026, 11:00)" in page


@pytest.mark.parametrize(
    ("day", "time"), [("", "10:00"), ("2026-02-30", "10:00"), ("2026-11-27", ""), ("9999-12-31", "23:59"), ("0001-01-01", "00:00")]
)
def test_an_impossible_hour_is_said_in_its_place_and_nothing_else_is_lost(
    house: House, bruno: Visitor, draft: str, day: str, time: str
) -> None:
    answer = _save(bruno, draft, name="Otoño nuevo", when="later", day=day, time=time)
    assert answer.status_code == 422
    assert 'id="day-error"' in answer.text
    assert _campaign(house).name == "Otoño nuevo"


def test_a_zone_that_does_not_exist_becomes_the_shops(house: House, bruno: Visitor, draft: str) -> None:
    _save(bruno, draft, zone="../../etc/passwd")
    assert _campaign(house).zone == "Europe/Madrid"


def test_an_hour_gone_by_is_not_scheduled(house: House, bruno: Visitor, draft: str) -> None:
    _save(bruno, draft, when="later", day="2026-11-20", time="10:00")
    assert "The hour has gone by" in _confirm(bruno, draft, follow_redirects=True).text
    assert _campaign(house).state == "draft"


def test_the_review_names_count_sender_subject_and_hour(bruno: Visitor, draft: str) -> None:
    page = bruno.get(draft + "review").text
    assert "<b>2 people</b>" in page
    assert "La mesa de otoño: calabaza, barro y lino" in page
    assert "hola@" in page
    assert "as soon as you confirm" in page
    assert "Send to 2 people now" in page


def test_looking_at_the_review_schedules_nothing(house: House, bruno: Visitor, draft: str) -> None:
    bruno.get(draft + "review")
    assert _campaign(house).state == "draft"


def test_what_changed_after_the_review_is_looked_at_again(house: House, bruno: Visitor, draft: str) -> None:
    seen = re.search(r'name="seen" value="(\w+)"', bruno.get(draft + "review").text)
    assert seen
    with house.database.begin() as session:
        letter = session.scalars(select(Newsletter)).one()
        drafts.save(session, letter, subject="Otro asunto", preheader="", slots={}, now=house.now + timedelta(minutes=1))
    answer = bruno.post(draft + "schedule", {"seen": seen[1]}, follow_redirects=True)
    assert "It was changed after you looked at it." in answer.text
    assert _campaign(house).state == "draft"


def test_a_newsletter_that_is_no_mail_is_not_scheduled(house: House, bruno: Visitor, draft: str) -> None:
    with house.database.begin() as session:
        drafts.save(session, session.scalars(select(Newsletter)).one(), subject="", preheader="", slots={}, now=house.now)
    assert "Mend the newsletter first." in _confirm(bruno, draft, follow_redirects=True).text
    assert _campaign(house).state == "draft"


def test_a_campaign_to_nobody_is_not_scheduled(house: House, bruno: Visitor, draft: str, ring: Ring) -> None:
    with house.database.begin() as session:
        for name in ("ana", "elena"):
            suppress(session, f"{name}@example.net", SuppressionReason.COMPLAINT, ring=ring, now=house.now)
    assert "Nobody would get it" in _confirm(bruno, draft, follow_redirects=True).text
    assert _campaign(house).state == "draft"


def test_what_was_said_when_it_was_scheduled_is_not_said_when_it_goes(house: House, bruno: Visitor, draft: str) -> None:
    page = _confirm(bruno, draft, follow_redirects=True).text
    assert "Until it leaves you can take it back." in _live(page)
    assert "mf-flash" not in page
    house.tick(4)
    assert "take it back" not in _live(bruno.get(draft).text)


def _live(page: str) -> str:
    """The part of a campaign's page that follows its state."""
    return page.split('id="progress"')[1].split("</div></div>", maxsplit=1)[0]


def test_a_newsletter_changed_after_scheduling_is_told_so_and_the_campaign_shows_its_own(house: House, bruno: Visitor, draft: str) -> None:
    _save(bruno, draft, when="later", day="2026-11-27", time="10:00")
    _confirm(bruno, draft)
    page = bruno.get("/newsletters/1/").text
    assert re.search(
        r'Scheduled in <a href="/campaigns/1/">Otoño</a> for Friday 27 November at 10:00, Madrid time \(UTC\+1\): changes here do not', page
    )
    _rewrite(house)
    page = bruno.get(draft).text
    assert "La mesa de otoño: calabaza, barro y lino" in page
    assert "Otro asunto" not in page
    assert "Changed since; this campaign keeps it as it was." in page
    assert "La mesa de otoño: calabaza, barro y lino" in bruno.get(draft + "letter").text
    bruno.post(draft + "unschedule")
    assert "Scheduled in" not in bruno.get("/newsletters/1/").text
    assert "Otro asunto" in bruno.get(draft).text


def test_a_sent_campaign_shows_what_was_sent_and_its_newsletter_says_where(house: House, bruno: Visitor, draft: str) -> None:
    _confirm(bruno, draft)
    house.tick(4)
    _rewrite(house)
    page = bruno.get(draft).text
    assert "La mesa de otoño: calabaza, barro y lino" in page
    assert "Otro asunto" not in page
    assert "Otro titular" not in bruno.get(draft + "letter/content").text
    assert "La mesa de otoño: calabaza, barro y lino" in bruno.get(draft + "letter?view=text").text
    editor = bruno.get("/newsletters/1/").text
    assert 'It was sent in <a href="/campaigns/1/">Otoño</a>: changes here do not change what was sent.' in editor
    assert "Otro asunto" in bruno.get("/newsletters/1/preview").text


def _rewrite(house: House) -> None:
    with house.database.begin() as session:
        letter = session.scalars(select(Newsletter)).one()
        drafts.save(
            session, letter, subject="Otro asunto", preheader="", slots={"title": "Otro titular"}, now=house.now + timedelta(minutes=1)
        )


def test_a_newsletter_changed_between_review_and_confirmation_in_the_same_instant_is_looked_at_again(
    house: House, bruno: Visitor, draft: str
) -> None:
    seen = re.search(r'name="seen" value="(\w+)"', bruno.get(draft + "review").text)
    assert seen
    with house.database.begin() as session:
        letter = session.scalars(select(Newsletter)).one()
        drafts.save(session, letter, subject="Otro asunto", preheader="", slots={}, now=letter.changed_at)
    assert "It was changed after you looked at it." in bruno.post(draft + "schedule", {"seen": seen[1]}, follow_redirects=True).text


def test_a_segment_of_a_scheduled_campaign_says_that_changes_do_not_reach_it(house: House, bruno: Visitor, draft: str) -> None:
    with house.database.begin() as session:
        named = Segment(name={"es": "Todos", "en": "All"}, tree={"all": []}, created_at=house.now, changed_at=house.now)
        session.add(named)
        session.flush()
        number = named.id
    _save(bruno, draft, segment_id=str(number), when="later", day="2026-11-27", time="10:00")
    _confirm(bruno, draft)
    assert "changes here do not reach it" in bruno.get(f"/segments/{number}").text
    assert "changes here do not reach it" not in bruno.get("/segments/1").text


@pytest.mark.parametrize(
    ("day", "time", "leaves", "note"),
    [
        (
            "2027-03-28",
            "02:30",
            "at 03:00, Madrid time (UTC+2)",
            "02:30 does not exist that day in Madrid: the clocks go forward. It leaves at 03:00.",
        ),
        (
            "2027-10-31",
            "02:30",
            "at 02:30, Madrid time (UTC+2)",
            "02:30 comes twice that day in Madrid: the clocks go back. It leaves the first time.",
        ),
    ],
)
def test_an_hour_that_the_clocks_skip_or_show_twice_is_told_before_it_is_accepted(
    bruno: Visitor, draft: str, day: str, time: str, leaves: str, note: str
) -> None:
    _save(bruno, draft, when="later", day=day, time=time)
    for page in (bruno.get(draft).text, bruno.get(draft + "review").text):
        assert leaves in page
        assert note in page


def test_an_ordinary_hour_needs_no_note(bruno: Visitor, draft: str) -> None:
    _save(bruno, draft, when="later", day="2027-03-28", time="03:30")
    assert "the clocks go" not in bruno.get(draft + "review").text


def test_the_buttons_word_follows_now_and_later(bruno: Visitor, draft: str) -> None:
    """Both words are there; the style sheet shows the one that fits the choice."""
    page = bruno.get(draft).text
    assert '<span class="mf-if-now">Review and send</span>' in page
    assert '<span class="mf-if-later">Review and schedule</span>' in page


def test_from_confirmation_to_everybodys_outcome(house: House, bruno: Visitor, draft: str) -> None:
    assert "Any moment now." in _confirm(bruno, draft, follow_redirects=True).text
    house.tick(4)
    page = bruno.get(draft).text
    assert "2 people got it" in page
    assert "data-live" not in page
    people = bruno.get(draft + "people").text
    assert re.search(r"ana@example\.net.*?Sent", people, re.DOTALL)
    assert re.search(r"dario@example\.net.*?blocked", people, re.DOTALL)
    assert re.search(r"carla@example\.net.*?left the list", people, re.DOTALL)
    subjects = [str(mail["subject"]) for mail in house.sink.messages_to("ana@example.net")]
    assert any("mesa de oto" in subject or "otoño" in subject for subject in subjects)


def test_people_can_be_narrowed_by_state_reason_and_address(house: House, bruno: Visitor, draft: str) -> None:
    _confirm(bruno, draft)
    house.tick(4)
    found = {
        "?state=sent": {"ana", "elena"},
        "?state=skipped": {"dario", "carla"},
        "?reason=left": {"carla"},
        "?who=ELEN": {"elena"},
        "?who=%25": set(),
        "?state=nonsense&reason=nonsense&after=-4": {"ana", "elena", "dario", "carla"},
        "?after=99999999999": {"ana", "elena", "dario", "carla"},
    }
    for query, names in found.items():
        assert set(re.findall(r"(\w+)@example\.net", bruno.get(draft + "people" + query).text)) == names, query


def test_a_double_click_schedules_once(house: House, bruno: Visitor, draft: str) -> None:
    seen = re.search(r'name="seen" value="(\w+)"', bruno.get(draft + "review").text)
    assert seen
    for _ in range(2):
        assert bruno.post(draft + "schedule", {"seen": seen[1]}).status_code == 303
    house.tick(4)
    assert bruno.post(draft + "schedule", {"seen": seen[1]}).status_code == 303
    assert _campaign(house).state == "sent"
    assert _campaign_rows(house) == 4


def test_taking_it_back_makes_a_draft_with_its_hour(house: House, bruno: Visitor, draft: str) -> None:
    _save(bruno, draft, when="later", day="2026-11-27", time="10:00")
    _confirm(bruno, draft)
    assert "It leaves Friday 27 November" in bruno.get(draft).text
    assert "It is a draft again." in bruno.post(draft + "unschedule", follow_redirects=True).text
    assert (_campaign(house).state, _campaign(house).wall_time) == ("draft", "2026-11-27T10:00")


def test_pause_resume_and_cancel_each_say_when_they_come_too_late(house: House, bruno: Visitor, draft: str) -> None:
    for act in ("pause", "resume", "unschedule", "send-now"):
        assert "already moved on" in bruno.post(draft + act, follow_redirects=True).text
    assert _campaign(house).state == "draft"


def test_cancel_asks_with_the_exact_count_first(house: House, bruno: Visitor, draft: str) -> None:
    _save(bruno, draft, when="later", day="2026-11-27", time="10:00")
    _confirm(bruno, draft)
    assert "Cancel it for the 2 people who have not got it yet?" in bruno.get(draft + "sure/cancel").text
    assert _campaign(house).state == "scheduled"
    bruno.post(draft + "cancel")
    bruno.post(draft + "cancel")
    assert _campaign(house).state == "cancelled"
    assert "Cancelled" in bruno.get(draft).text


def test_a_campaign_whose_hour_was_missed_waits_for_a_person(house: House, bruno: Visitor, draft: str) -> None:
    _save(bruno, draft, when="later", day="2026-11-21", time="13:30")
    _confirm(bruno, draft)
    with house.database.begin() as session:
        session.scalars(select(Campaign)).one().due_at = house.now - timedelta(hours=3)
    house.tick(2)
    page = bruno.get(draft).text
    assert "Its hour passed while mailflow was not running" in page
    assert "Send it now, choose another hour, or cancel it." in page
    assert "Send it to 2 people now?" in bruno.get(draft + "sure/send-now").text
    assert "Any moment now." in bruno.post(draft + "send-now", follow_redirects=True).text
    house.tick(4)
    assert "2 people got it" in bruno.get(draft).text


def test_an_hour_whose_clocks_rules_were_changed_is_told_on_its_page(house: House, bruno: Visitor, draft: str) -> None:
    _save(bruno, draft, when="later", day="2026-11-27", time="10:00", zone="America/Argentina/Buenos_Aires")
    _confirm(bruno, draft)
    page = bruno.get(draft).text
    assert "at 10:00, Buenos Aires time (UTC−3) (here: 27 Nov 2026, 14:00)" in page
    assert "The rules of the clocks" not in page
    with house.database.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        campaign.moved_from = campaign.due_at - timedelta(hours=1)
    assert "in Buenos Aires changed. It still leaves at 10:00 there; that is 1 hour later now." in bruno.get(draft).text


def test_what_is_sent_cannot_be_changed_or_deleted(house: House, bruno: Visitor, draft: str) -> None:
    _confirm(bruno, draft)
    house.tick(4)
    assert "no draft any more" in bruno.post(draft, {"name": "Otra"}, follow_redirects=True).text
    assert "no draft any more" in bruno.post(draft + "discard", follow_redirects=True).text
    assert _campaign(house).name == "Otoño"


def test_a_draft_can_be_deleted(house: House, bruno: Visitor, draft: str) -> None:
    assert "Delete the draft" in bruno.get(draft + "sure/discard").text
    assert "is deleted" in bruno.post(draft + "discard", follow_redirects=True).text
    assert bruno.get(draft).status_code == 404


def test_while_it_waits_the_page_renews_itself_and_its_buttons_stay(bruno: Visitor, draft: str) -> None:
    _save(bruno, draft, when="later", day="2026-11-27", time="10:00")
    _confirm(bruno, draft)
    page = bruno.get(draft).text
    live = re.findall(r'<div id="(?:top|progress)" data-live="\d">(.*?)\n</div>', page, re.DOTALL)
    assert live
    assert all("csrf_token" not in part for part in live)


def test_the_list_names_state_and_target(house: House, bruno: Visitor, draft: str) -> None:
    with house.database.read() as session:
        name = session.scalars(select(List)).one().name["en"]
    page = bruno.get("/campaigns/").text
    assert "Draft" in page
    assert name in page
    assert "Otoño" not in bruno.get("/campaigns/?show=done").text


def test_every_refusal_is_in_the_readers_language(bruno: Visitor, draft: str) -> None:
    bruno.post("/language", {"language": "es"})
    assert "Ponle un nombre a la campaña" in bruno.post("/campaigns/", {"name": ""}).text
    assert "ya no era posible" in bruno.post(draft + "pause", follow_redirects=True).text.lower()


@pytest.mark.parametrize("act", ["", "reach", "schedule", "pause", "resume", "cancel", "unschedule", "send-now", "discard"])
def test_s_28_no_change_without_the_forms_word(house: House, bruno: Visitor, draft: str, act: str) -> None:
    assert bruno.client.post(draft + act, data={"name": "Forged"}).status_code == 403
    assert (_campaign(house).name, _campaign(house).state) == ("Otoño", "draft")
    assert bruno.get(draft + (act or "schedule")).status_code == 405
    assert (_campaign(house).name, _campaign(house).state) == ("Otoño", "draft")


@pytest.mark.parametrize(
    "page", ["/campaigns/999/", "/campaigns/999/review", "/campaigns/999/people", "/campaigns/999/sure/cancel", "/campaigns/1/sure/x"]
)
def test_a_number_that_is_nothing_is_a_page_in_words(bruno: Visitor, page: str) -> None:
    assert bruno.get(page).status_code == 404
