"""Bruno decides what becomes of messages of which nobody knows whether they arrived."""
# ruff: noqa: F811  # fixtures are taken from the campaigns' tests

import re

import pytest
from sqlalchemy import update

from mailflow.outbox import doubt
from mailflow.outbox.models import Message
from tests.house import House
from tests.studio.conftest import Visitor
from tests.studio.test_campaigns import _confirm, draft, house  # noqa: F401  # fixtures


def _in_doubt(house: House, bruno: Visitor, draft: str) -> None:
    """Ana's and Elena's mails were in hand when the line broke."""
    _confirm(bruno, draft)
    house.tick(4)
    with house.database.begin() as session:
        mine = update(Message).where(Message.state == "sent", Message.list_id == 1, Message.mailing_id.in_(_campaign_mailing(house)))
        session.execute(mine.values(state="uncertain", reason="interrupted", sent_at=None))


def _campaign_mailing(house: House) -> list[int]:
    from mailflow.campaigns.models import Campaign

    with house.database.read() as session:
        return [one.mailing_id or 0 for one in session.query(Campaign)]


def _answer(bruno: Visitor, draft: str, decision: str) -> str:
    page = bruno.get(f"{draft}decide/{decision}").text
    shown = re.search(r'name="count" value="(\d+)"', page)
    assert shown
    return bruno.post(f"{draft}decide/{decision}", {"count": shown[1]}, follow_redirects=True).text


def test_the_page_says_how_many_and_why_and_offers_both_ways(house: House, bruno: Visitor, draft: str) -> None:
    _in_doubt(house, bruno, draft)
    page = bruno.get(draft).text
    assert "Of 2 messages nobody knows whether they arrived" in page
    assert "before their server had answered" in page
    assert "decide/as-sent" in page
    assert "decide/again" in page


def test_more_than_one_slice_is_decided_with_one_click(house: House, bruno: Visitor, draft: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doubt, "SLICE", 1)
    _in_doubt(house, bruno, draft)
    assert "2 messages go again." in _answer(bruno, draft, "again")


def test_asking_changes_nothing_and_shows_the_exact_count(house: House, bruno: Visitor, draft: str) -> None:
    _in_doubt(house, bruno, draft)
    assert "Send it again to 2 people?" in bruno.get(f"{draft}decide/again").text
    assert "Of 2 messages nobody knows" in bruno.get(draft).text


def test_taken_as_sent_they_are_counted(house: House, bruno: Visitor, draft: str) -> None:
    _in_doubt(house, bruno, draft)
    page = _answer(bruno, draft, "as-sent")
    assert "2 messages now count as sent." in page
    assert "2 people got it" in page


def test_a_second_click_says_that_it_was_done(house: House, bruno: Visitor, draft: str) -> None:
    _in_doubt(house, bruno, draft)
    assert "2 messages go again." in _answer(bruno, draft, "again")
    again = bruno.post(f"{draft}decide/again", {"count": "2"}, follow_redirects=True).text
    assert "Their number has changed" in again
    house.tick(4)
    assert len([mail for mail in house.sink.messages_to("ana@example.net") if "toño" in str(mail["subject"])]) == 2


def test_a_decision_that_does_not_exist_or_carries_no_count_does_nothing(house: House, bruno: Visitor, draft: str) -> None:
    _in_doubt(house, bruno, draft)
    assert bruno.get(f"{draft}decide/all").status_code == 404
    assert "Their number has changed" in bruno.post(f"{draft}decide/again", {"count": "x"}, follow_redirects=True).text
    assert "Of 2 messages" in bruno.get(draft).text


def test_s_28_deciding_takes_the_forms_word(house: House, bruno: Visitor, draft: str) -> None:
    _in_doubt(house, bruno, draft)
    assert bruno.client.post(f"{draft}decide/again", data={"count": "2"}).status_code == 403
    assert "Of 2 messages" in bruno.get(draft).text


def test_the_dashboard_leads_to_the_campaign_in_doubt(house: House, bruno: Visitor, draft: str) -> None:
    _in_doubt(house, bruno, draft)
    page = bruno.get("/").text
    assert "Of 2 messages nobody knows" in page
    assert f'href="{draft}"' in page
