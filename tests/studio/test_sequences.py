"""Bruno looks at the sequences, switches them, changes their settings, and looks a code up."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from mailflow.activity.words import Kind
from mailflow.audience.first_start import first_start
from mailflow.foundation.database import Database
from mailflow.offers.queries import codes_of
from mailflow.offers.redeem import redeem
from mailflow.sequences.change import days_of, terms
from mailflow.sequences.recipes import ensure_recipes
from tests.sequences.cast import House, days, sequence
from tests.studio.conftest import Visitor

WELCOME = {
    "before_code_ends_days": "4", "offer_value": "15", "offer_minimum": "39,90", "offer_days": "20",
    "offer_conditions_es": "Desde 39,90 €.", "offer_conditions_en": "From €39.90.",
}  # fmt: skip


@pytest.fixture
def house(database: Database, studio: Flask, now) -> House:
    with database.begin() as session:
        first_start(session, now=now - days(400))
        ensure_recipes(session, now=now - days(400))
    return House(database)


def words(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def is_on(house: House, recipe: str) -> bool:
    with house.database.read() as session:
        return sequence(session, recipe).on


def test_both_sequences_are_shown_off_with_what_they_do(house: House, bruno: Visitor):
    said = words(bruno.get("/sequences/").text)
    assert "Welcome and first purchase Off" in said
    assert "Reactivation Off" in said
    assert "for 120 days" in said


def test_the_switch_works_and_says_so(house: House, bruno: Visitor):
    for on, sentence in (("1", "is on. It writes"), ("0", "is off. Whoever was in it")):
        answer = bruno.post("/sequences/welcome/switch", {"on": on}, follow_redirects=True)
        assert sentence in words(answer.text)
        assert is_on(house, "welcome") == (on == "1")


def test_looking_switches_nothing(house: House, bruno: Visitor):
    for path in ("/sequences/", "/sequences/welcome/", "/sequences/reactivation/", "/offers/?code=ANA"):
        assert bruno.get(path).status_code == 200
    assert bruno.get("/sequences/welcome/switch?on=1").status_code == 405
    assert not is_on(house, "welcome")


def test_before_many_are_written_to_their_number_is_said(house: House, bruno: Visitor, now):
    for name in ("Dario", "Elena"):
        house.note(Kind.SENT, house.join(name, now - days(365)), now - days(3))
    assert "It will write to 2 people soon" in words(bruno.get("/sequences/reactivation/").text)


def test_the_steps_say_how_many_are_where_and_why_others_left(house: House, bruno: Visitor, now):
    house.switch("welcome", True, now - days(20))
    people = [house.join(name, now - days(12)) for name in ("Ana", "Carla", "Elena")]
    house.run(now - days(12))
    house.leave(people[1], now - days(5))
    with house.database.begin() as session:
        text = codes_of(session, 1, [people[0]])[people[0]].text
        redeem(session, text, subscriber_id=people[0], reference="A-1", amount=6400, now=now - days(5))
    house.send_all(now - days(12))
    house.run(now)
    said = words(bruno.get("/sequences/welcome/").text)
    said = said.replace(" See the mail : Welcome, with a personal code", "")
    assert "Message, at once Welcome, with a personal code 0 here 3 went on 0 left" in said
    assert "Condition Is the code still unused? 0 here 1 went on 1 left" in said
    assert "left the list 1" in said
    assert "had already used the code 1" in said
    assert "Codes used 1 33.3% of 3 given" in said
    assert "Revenue with the code €64" in said


def test_settings_are_kept(house: House, bruno: Visitor):
    assert "Saved." in words(bruno.post("/sequences/welcome/settings", WELCOME, follow_redirects=True).text)
    with house.database.read() as session:
        welcome = sequence(session, "welcome")
        assert days_of(session, welcome) == {"before_code_ends_days": 4}
        now_promised = terms(session, welcome)
    assert (now_promised.value, now_promised.minimum, now_promised.days) == (15, 3990, 20)
    assert now_promised.conditions == {"es": "Desde 39,90 €.", "en": "From €39.90."}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("before_code_ends_days", "20"), ("before_code_ends_days", ""), ("before_code_ends_days", "٣"), ("offer_value", "101"),
        ("offer_value", "ten"), ("offer_minimum", "-1"), ("offer_minimum", "1e9"), ("offer_minimum", "NaN"), ("offer_days", "0"),
        ("offer_days", "9" * 5000), ("offer_conditions_es", " "), ("offer_conditions_en", "x" * 1001), ("offer_conditions_en", "a\x00"),
    ],
)  # fmt: skip
def test_a_faulty_setting_is_told_in_its_place_and_nothing_is_kept(house: House, bruno: Visitor, field: str, typed: str):
    answer = bruno.post("/sequences/welcome/settings", WELCOME | {field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="39,90"' in answer.text or field == "offer_minimum"
    with house.database.read() as session:
        assert days_of(session, sequence(session, "welcome")) == {"before_code_ends_days": 3}
        assert terms(session, sequence(session, "welcome")).value == 10


def test_an_empty_form_is_told_not_crashed(house: House, bruno: Visitor):
    assert bruno.post("/sequences/reactivation/settings").status_code == 422


def test_what_is_typed_is_shown_not_run(house: House, bruno: Visitor):
    evil = '"><script>alert(1)</script>'
    answer = bruno.post("/sequences/welcome/settings", WELCOME | {"offer_value": evil, "offer_conditions_es": evil})
    assert "<script>alert" not in answer.text
    assert "<script>alert" not in bruno.get("/offers/", query_string={"code": evil}).text


@pytest.mark.parametrize("path", ["/sequences/nothing/", "/sequences/0/", "/sequences/welcome%00/"])
def test_an_unknown_sequence_is_not_there(house: House, bruno: Visitor, path: str):
    assert bruno.get(path).status_code == 404


def test_a_stranger_sees_and_switches_nothing(house: House, stranger: Visitor):
    assert stranger.get("/sequences/").status_code == 302
    assert stranger.post("/sequences/welcome/switch", {"on": "1"}).status_code == 302
    assert not is_on(house, "welcome")


def test_a_code_can_be_looked_up_as_a_customer_says_it(house: House, bruno: Visitor, now):
    house.switch("welcome", True, now - days(2))
    ana = house.join("Ana", now - days(1))
    house.run(now - days(1) + timedelta(seconds=1))
    with house.database.read() as session:
        text = codes_of(session, 1, [ana])[ana].text
    said = words(bruno.get("/offers/", query_string={"code": f" {text.lower()} "}).text)
    assert "Can be used" in said
    assert "ana@example.net" in said


def test_a_code_never_given_is_said_to_be_unknown(house: House, bruno: Visitor):
    assert "We have not given a code like that" in words(bruno.get("/offers/?code=ANA-0000000000").text)


def test_the_pages_speak_spanish(house: House, bruno: Visitor):
    bruno.post("/language", {"language": "es"})
    assert "Bienvenida y primera compra" in words(bruno.get("/sequences/").text)
    said = words(bruno.get("/sequences/welcome/").text)
    assert "Hasta 3 días antes de que acabe el código, a las 10:00" in said
    assert "Days" not in said


def test_before_the_first_start_there_is_a_sentence(studio: Flask, bruno: Visitor):
    assert "No sequence is set up yet" in words(bruno.get("/sequences/").text)
    assert "There is no offer yet" in words(bruno.get("/offers/").text)


MAILS = [("welcome", 0, "ANA-7K4Q"), ("welcome", 3, "ANA-7K4Q"), ("reactivation", 0, "Ana")]


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(("recipe", "position", "told"), MAILS)
def test_each_mail_of_a_sequence_can_be_looked_at(house: House, bruno: Visitor, recipe: str, position: int, told: str, language: str):
    address = f"/sequences/{recipe}/mails/{position}"
    assert f'href="{address}"' in bruno.get(f"/sequences/{recipe}/").text
    for view in ("phone", "desktop", "dark", "text"):
        page = bruno.get(f"{address}?language={language}&view={view}").text
        assert ("<iframe" in page) == (view != "text")
    mail = bruno.get(f"{address}/content?language={language}")
    assert f'lang="{language}"' in mail.text
    assert told in mail.text
    assert "sandbox" in mail.headers["Content-Security-Policy"]


def test_a_looked_at_mail_promises_what_the_settings_say(house: House, bruno: Visitor):
    mail = bruno.get("/sequences/welcome/mails/0/content?language=en").text
    assert "10%" in mail
    assert "from €40." in mail
    assert bruno.post("/sequences/welcome/settings", WELCOME).status_code == 303
    mail = bruno.get("/sequences/welcome/mails/0/content?language=en").text
    assert "15%" in mail
    assert "€39.90" in mail


def test_a_step_that_is_no_mail_is_a_page_in_words(house: House, bruno: Visitor):
    for path in ("welcome/mails/1", "welcome/mails/99", "nothing/mails/0", "welcome/mails/1/content"):
        assert bruno.get(f"/sequences/{path}").status_code == 404
