"""Bruno writes newsletters in the studio: gallery, slots, source, preview, copies."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mailflow.audience.first_start import first_start
from mailflow.audience.models import Brand, List, Subscriber, Subscription
from mailflow.audience.profile import set_values
from mailflow.campaigns import draft
from mailflow.content.models import Newsletter
from mailflow.foundation.database import Database
from mailflow.outbox.models import Message
from tests.studio.conftest import Visitor


@pytest.fixture(autouse=True)
def shop(database: Database, now: datetime) -> None:
    """A shop with one list and Ana in it."""
    with database.begin() as session:
        first_start(session, now=now)
        brand = session.scalars(select(Brand)).one()
        brand.postal_address = "Calle Feria 112, 41002 Sevilla"
        ana = Subscriber(email="ana@example.net", email_key="ana@example.net", source="demo", created_at=now, confirmed_at=now)
        session.add(ana)
        session.flush()
        set_values(session, ana.id, {"first_name": "Ana María"})
        one = session.scalars(select(List)).one()
        session.add(Subscription(subscriber_id=ana.id, list_id=one.id, state="confirmed", asked_at=now, confirmed_at=now))


@pytest.fixture
def letter(bruno: Visitor, database: Database, now: datetime) -> str:
    """The address of a newsletter begun from the sample an hour ago."""
    answer = bruno.post("/newsletters/", {"name": "Otoño", "template": "newsletter", "words": "sample", "language": "es"})
    assert answer.status_code == 303
    with database.begin() as session:
        session.scalars(select(Newsletter)).one().created_at = now - timedelta(hours=1)
    return answer.location


def _form(bruno: Visitor, page: str) -> dict[str, str]:
    """Everything that the form "writing" would send, as a browser reads it."""
    html = bruno.get(page).text
    part = html[html.index('id="writing"') :]
    part = part[: part.index("</form>")]
    fields = {name: _plain(value) for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', part)}
    fields |= {name: _plain(text) for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', part, re.DOTALL)}
    return fields


def _plain(text: str) -> str:
    from markupsafe import Markup

    return Markup(text).unescape()


def _kept(database: Database) -> Newsletter:
    with database.read() as session:
        return session.scalars(select(Newsletter).order_by(Newsletter.id)).first()  # type: ignore[return-value]


def _save(bruno: Visitor, letter: str, do: str = "save", **changed: str) -> Any:
    return bruno.post(letter, {**_form(bruno, letter), "do": do, **changed})


def test_the_gallery_shows_every_template_with_its_picture(bruno: Visitor) -> None:
    page = bruno.get("/newsletters/new").text
    for slug in ("newsletter", "promotion", "welcome", "reactivation"):
        assert f'value="{slug}"' in page
        assert f"/newsletters/templates/{slug}/mail" in page
    assert page.count('sandbox=""') == 4


def test_looking_makes_nothing(bruno: Visitor, database: Database) -> None:
    for page in ("/newsletters/", "/newsletters/new", "/newsletters/templates/newsletter/mail"):
        assert bruno.get(page).status_code == 200
    assert _kept(database) is None


def test_a_template_that_does_not_exist_is_a_page_in_words(bruno: Visitor) -> None:
    assert bruno.post("/newsletters/", {"template": "../../etc"}).status_code == 404
    assert bruno.get("/newsletters/templates/nope/mail").status_code == 404


def test_saving_the_form_as_it_came_changes_no_word(bruno: Visitor, letter: str, database: Database) -> None:
    before = _kept(database)
    assert _save(bruno, letter).status_code == 303
    after = _kept(database)
    assert after.slots == before.slots
    assert (after.subject, after.preheader, after.name) == (before.subject, before.preheader, before.name)


def test_faulty_words_are_kept_and_shown_in_their_place(bruno: Visitor, letter: str, database: Database) -> None:
    changed = {"slots.title": "", "slots.button_url": "javascript:alert(1)", "subject": "<b>Hola</b> {{ nobody.knows }}"}
    page = bruno.get(_save(bruno, letter, **changed).location).text
    assert _kept(database).slots["button_url"] == "javascript:alert(1)"
    assert 'id="slots.title-error"' in page
    assert 'id="slots.button_url-error"' in page
    assert 'id="subject-error"' in page
    assert "&lt;b&gt;Hola&lt;/b&gt;" in page
    assert "3 things need mending" in page


def test_text_too_long_for_a_mail_is_not_kept_and_not_lost(bruno: Visitor, letter: str, database: Database) -> None:
    long = "Había una vez " * 22_000
    answer = _save(bruno, letter, **{"slots.intro": long, "subject": "Un asunto nuevo", "name": "Otro nombre"})
    assert answer.status_code == 422
    assert "Nothing was saved" in answer.text
    assert 'id="slots.intro-error"' in answer.text
    assert "It is 307 kB long; the most is 300 kB." in answer.text
    assert long.strip() in answer.text
    assert 'value="Un asunto nuevo"' in answer.text
    assert 'value="Otro nombre"' in answer.text
    assert (_kept(database).subject != "Un asunto nuevo", _kept(database).name) == (True, "Otoño")


def test_a_source_too_long_for_a_mail_is_not_kept_and_not_lost(bruno: Visitor, letter: str, database: Database) -> None:
    long = "<mjml>" + "x" * 300_000
    answer = bruno.post(letter + "source", {"mjml": long, "do": "save"})
    assert answer.status_code == 422
    assert "Source: It is 300 kB long" in answer.text
    assert "x" * 300_000 in answer.text
    assert _kept(database).mjml == ""


def test_a_field_nobody_has_stops_sending_and_the_near_one_is_offered(bruno: Visitor, letter: str, database: Database) -> None:
    _save(bruno, letter, subject="Hola {{ subscriber.frist_name | default: 'amiga' }}")
    page = bruno.get(letter).text
    assert "Subject: There is no value “subscriber.frist_name”. Did you mean “first_name”?" in page
    assert 'id="subject-error"' in page
    assert "cannot be sent yet" in bruno.post(letter + "test", follow_redirects=True).text
    with database.read() as session:
        assert session.scalars(select(Message)).all() == []


def test_a_fault_names_its_place_in_the_readers_language(bruno: Visitor, letter: str) -> None:
    bruno.post("/language", {"language": "es"})
    _save(bruno, letter, preheader="{% if shop.name %}x", **{"slots.intro": "{{ shop.name | upcas }}", "slots.products.1.name": "{{ }}"})
    page = _plain(bruno.get(letter).text)
    assert "Texto que acompaña al asunto: {% if %} se abre y no se cierra: falta {% endif %}." in page
    assert "No existe el filtro «upcas». ¿Querías decir «upcase»?" in page
    assert re.search(r"producto 2: Falta algo en «{{ }}».", page)


def test_a_new_newsletter_is_not_scolded_for_empty_places(bruno: Visitor) -> None:
    answer = bruno.post("/newsletters/", {"name": "Vacío", "template": "newsletter", "words": "empty", "language": "es"})
    assert "need mending before" not in bruno.get(answer.location).text


def test_rows_of_products_move_without_losing_what_was_typed(bruno: Visitor, letter: str, database: Database) -> None:
    names = [row["name"] for row in _kept(database).slots["products"]]
    answer = _save(bruno, letter, "up slots.products.2", **{"slots.title": "Escrito antes de mover"})
    assert answer.location.endswith("#slots.products.1.name")
    slots = _kept(database).slots
    assert [row["name"] for row in slots["products"]] == [names[0], names[2], names[1]]
    assert slots["title"] == "Escrito antes de mover"


def test_rows_of_products_are_added_and_removed(bruno: Visitor, letter: str, database: Database) -> None:
    assert _save(bruno, letter, "add slots.products").location.endswith("#slots.products.3.name")
    assert len(_kept(database).slots["products"]) == 4
    _save(bruno, letter, "remove slots.products.0")
    assert len(_kept(database).slots["products"]) == 3


@pytest.mark.parametrize("wish", ["up slots.products.99", "up slots.nothing.0", "remove slots.title.0", "down", "add slots.products.x"])
def test_a_wish_that_makes_no_sense_moves_nothing(bruno: Visitor, letter: str, database: Database, wish: str) -> None:
    before = _kept(database).slots
    assert _save(bruno, letter, wish).status_code == 303
    assert _kept(database).slots == before


def test_a_forged_number_of_rows_stays_small(bruno: Visitor, letter: str, database: Database) -> None:
    _save(bruno, letter, **{f"slots.products.{n}.name": f"x{n}" for n in range(5, 400)})
    assert len(_kept(database).slots["products"]) <= 24


def test_the_preview_is_a_chosen_subscribers_mail(bruno: Visitor, letter: str) -> None:
    _save(bruno, letter, subject="Hola, {{ subscriber.first_name }}")
    page = bruno.get(letter + "preview?who=ana@").text
    assert "As Ana María sees it" in page
    assert "Hola, Ana María" in page
    number = re.search(r"/mail\?as=(\d+)", page)
    assert number
    assert "Ana María" in bruno.get(letter + f"mail?as={number[1]}").text


def test_an_address_nobody_has_says_so(bruno: Visitor, letter: str) -> None:
    assert "Nobody in the audience has" in bruno.get(letter + "preview?who=nadie%25").text


def test_the_plain_text_is_shown_as_text(bruno: Visitor, letter: str) -> None:
    page = bruno.get(letter + "preview?view=text").text
    assert "<pre" in page
    assert "Fuente de Lucena" in page


def test_the_mail_alone_may_run_and_ask_nothing(bruno: Visitor, letter: str) -> None:
    answer = bruno.get(letter + "mail")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script" not in answer.text


def test_dark_and_light_are_decided_here_not_by_the_browser(bruno: Visitor, letter: str) -> None:
    dark, light = bruno.get(letter + "mail?theme=dark").text, bruno.get(letter + "mail").text
    assert "prefers-color-scheme" not in dark + light
    assert dark != light


def test_the_mail_is_for_staff_only(stranger: Visitor, letter: str) -> None:
    assert stranger.get(letter + "mail").status_code == 302


def test_broken_source_is_kept_and_its_line_named_in_the_readers_language(bruno: Visitor, letter: str, database: Database) -> None:
    source = "<mjml>\n<mj-body>\n<mj-section><mj-nope></mj-nope></mj-section>\n</mj-body></mjml>"
    answer = bruno.post(letter + "source", {"mjml": source, "do": "save"})
    page = bruno.get(answer.location).text
    assert _kept(database).mjml == source
    assert "Line 3" in page
    assert "We do not know the tag &lt;mj-nope&gt;." in page
    bruno.post("/language", {"language": "es"})
    assert "No conocemos la etiqueta &lt;mj-nope&gt;." in bruno.get(letter + "source").text


def test_the_templates_source_untouched_is_not_an_own_source(bruno: Visitor, letter: str, database: Database) -> None:
    page = bruno.get(letter + "source").text
    shown = re.search(r'<textarea[^>]*name="mjml"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert shown
    bruno.post(letter + "source", {"mjml": _plain(shown[1]).replace("\n", "\r\n"), "do": "save"})
    assert _kept(database).mjml == ""


def test_going_back_to_the_templates_source(bruno: Visitor, letter: str, database: Database) -> None:
    bruno.post(letter + "source", {"mjml": "<mjml>", "do": "save"})
    bruno.post(letter + "source", {"mjml": "<mjml>", "do": "template"})
    assert _kept(database).mjml == ""


def test_a_test_goes_to_bruno_and_to_nobody_else(bruno: Visitor, letter: str, database: Database) -> None:
    assert bruno.post(letter + "test").status_code == 303
    with database.read() as session:
        assert [(one.address, one.person_key < 0) for one in session.scalars(select(Message))] == [("bruno@example.net", True)]


def test_no_test_of_a_newsletter_that_is_no_mail_yet(bruno: Visitor, letter: str, database: Database) -> None:
    _save(bruno, letter, **{"slots.title": ""})
    answer = bruno.post(letter + "test", follow_redirects=True)
    assert "It cannot be sent yet" in answer.text
    with database.read() as session:
        assert session.scalars(select(Message)).all() == []


def test_a_copy_opens_and_the_original_stays(bruno: Visitor, letter: str) -> None:
    answer = bruno.post(letter + "duplicate")
    assert answer.location != letter
    assert "Copy of Otoño" in bruno.get(answer.location).text


def test_an_unused_newsletter_can_be_deleted(bruno: Visitor, letter: str, database: Database) -> None:
    assert "is deleted" in bruno.post(letter + "delete", follow_redirects=True).text
    assert _kept(database) is None
    assert bruno.post(letter + "delete").status_code == 404


def test_a_newsletter_that_a_campaign_uses_stays(bruno: Visitor, letter: str, database: Database, now: datetime) -> None:
    with database.begin() as session:
        draft.create(session, name="Otoño", newsletter_id=_kept(database).id, now=now)
    answer = bruno.post(letter + "delete", follow_redirects=True)
    assert "1 campaign uses it, so it stays." in answer.text
    assert _kept(database) is not None


@pytest.mark.parametrize("path", ["", "source", "duplicate", "delete", "test"])
def test_s_28_no_change_without_the_forms_word(bruno: Visitor, letter: str, database: Database, path: str) -> None:
    before = _kept(database).changed_at
    assert bruno.client.post(letter + path, data={"subject": "Forged", "mjml": "x"}).status_code == 403
    assert _kept(database).changed_at == before


@pytest.mark.parametrize("page", ["/newsletters/999/", "/newsletters/999/mail", "/newsletters/999/preview", "/newsletters/999/source"])
def test_a_number_that_is_nothing_is_a_page_in_words(bruno: Visitor, page: str) -> None:
    answer = bruno.get(page)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
