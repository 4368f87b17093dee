"""Bruno writes a newsletter: what he types is kept, and what is wrong is said in its place."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mailflow.content import drafts
from mailflow.content.library import bundled_library, template
from mailflow.content.models import Newsletter
from mailflow.content.queries import newsletters
from mailflow.content.richtext import to_html, to_marks
from mailflow.content.words import CompileError
from mailflow.foundation.database import Database

LATER = timedelta(minutes=5)


def _written(database: Database, now: datetime, **words: Any) -> int:
    sample = bundled_library().sample("newsletter", "es", "newsletter")
    with database.begin() as session:
        return drafts.create(session, name="Otoño", template="newsletter", language="es", now=now, words={**sample, **words}).id


def _saved(database: Database, number: int, now: datetime, **typed: Any) -> list[str]:
    with database.begin() as session:
        letter = session.get_one(Newsletter, number)
        whole = {"subject": letter.subject, "preheader": letter.preheader, "slots": {}} | typed
        return [fault.where for fault in drafts.save(session, letter, now=now + LATER, **whole)]


def test_a_new_newsletter_has_the_templates_own_words(database: Database, now: datetime) -> None:
    with database.begin() as session:
        letter = drafts.create(session, name=" Otoño ", template="newsletter", language="en", now=now)
        defaults = {slot.key: slot.default.get("en", "") for slot in template("newsletter").slots if slot.kind == "text"}
        assert {key: letter.slots[key] for key in defaults} == {key: value.strip() for key, value in defaults.items()}
        assert letter.name == "Otoño"


def test_a_template_that_does_not_exist_makes_no_newsletter(database: Database, now: datetime) -> None:
    with database.begin() as session:
        with pytest.raises(CompileError):
            drafts.create(session, name="x", template="../secrets", language="es", now=now)
        assert newsletters(session) == []


def test_the_sample_has_no_faults(database: Database, now: datetime) -> None:
    assert _saved(database, _written(database, now), now) == []


def test_faulty_words_are_kept_and_named(database: Database, now: datetime) -> None:
    number = _written(database, now)
    products = [{"name": "", "url": "javascript:alert(1)", "price": "3 €"}, {"name": "Jarra", "picture": "https://example.com/jarra.png"}]
    typed = {"title": "", "button_url": "example.com", "picture": {"url": "crema.png", "alt": ""}, "products": products}
    wheres = _saved(database, number, now, subject="{{ subscriber.first_nam", slots=typed)
    assert wheres == [
        "subject",
        "slots.picture.alt",
        "slots.title",
        "slots.button_url",
        "slots.products.0.name",
        "slots.products.0.url",
        "slots.products.1.alt",
    ]
    with database.read() as session:
        letter = session.get_one(Newsletter, number)
        assert (letter.subject, letter.slots["button_url"]) == ("{{ subscriber.first_nam", "example.com")
        assert letter.slots["products"][0]["url"] == "javascript:alert(1)"


def test_slots_that_are_not_given_stay(database: Database, now: datetime) -> None:
    number = _written(database, now)
    _saved(database, number, now, slots={"title": "Otra mesa"})
    with database.read() as session:
        slots = session.get_one(Newsletter, number).slots
        assert slots["title"] == "Otra mesa"
        assert len(slots["products"]) == 3


def test_a_slot_that_the_template_does_not_have_is_not_kept(database: Database, now: datetime) -> None:
    number = _written(database, now)
    _saved(database, number, now, slots={"evil": "x"})
    with database.read() as session:
        assert "evil" not in session.get_one(Newsletter, number).slots


def test_invisible_characters_are_dropped(database: Database, now: datetime) -> None:
    number = _written(database, now)
    _saved(database, number, now, subject="Ho\x00la\u2028", slots={"title": "a\x07b"})
    with database.read() as session:
        letter = session.get_one(Newsletter, number)
        assert (letter.subject, letter.slots["title"]) == ("Hola", "ab")


def test_what_is_too_long_for_a_mail_is_refused_and_nothing_changes(database: Database, now: datetime) -> None:
    with database.begin() as session:
        letter = drafts.create(session, name="Otoño", template="newsletter", language="es", now=now)
        drafts.save(session, letter, subject="Antes", preheader="", slots={"title": "Antes"}, now=now)
        long = "x" * 300_001
        found = drafts.save(session, letter, subject="Después", preheader="", slots={"title": "Después", "intro": long}, now=now)
        assert [(fault.where, fault.message["en"]) for fault in found] == [("slots.intro", "It is 300 kB long; the most is 300 kB.")]
        assert [fault.where for fault in drafts.save(session, letter, subject="x", preheader="", slots={}, mjml=long, now=now)] == ["mjml"]
        whole = {f"s{number}": "x" * 260_000 for number in range(4)}
        assert [fault.where for fault in drafts.save(session, letter, subject="x", preheader="", slots=whole, now=now)] == ["slots"]
        rows = {"products": [{"name": "x" * 200_000}, {"name": "x" * 200_000}]}
        assert [fault.where for fault in drafts.save(session, letter, subject="x", preheader="", slots=rows, now=now)] == ["slots.products"]
        assert (letter.subject, letter.slots["title"], letter.mjml) == ("Antes", "Antes", "")


def test_own_source_stays_until_it_is_taken_back(database: Database, now: datetime) -> None:
    number = _written(database, now)
    for mjml, kept in (("<mjml>", "<mjml>"), (None, "<mjml>"), ("", "")):
        _saved(database, number, now, mjml=mjml)
        with database.read() as session:
            assert session.get_one(Newsletter, number).mjml == kept


def test_a_copy_is_its_own(database: Database, now: datetime) -> None:
    number = _written(database, now)
    with database.begin() as session:
        copy = drafts.duplicate(session, session.get_one(Newsletter, number), name="Copia", now=now + LATER).id
    _saved(database, copy, now + LATER, slots={"title": "Solo en la copia"})
    with database.read() as session:
        assert [one.name for one in newsletters(session)] == ["Copia", "Otoño"]
        assert session.get_one(Newsletter, number).slots["title"] == "La mesa de otoño"


def test_a_newsletter_whose_template_is_gone_can_still_be_opened_and_says_so(database: Database, now: datetime) -> None:
    number = _written(database, now)
    with database.begin() as session:
        letter = session.get_one(Newsletter, number)
        letter.template = "gone"
        assert drafts.design_of(letter) is None
        assert [fault.where for fault in drafts.faults(letter)] == ["template"]


def test_an_empty_name_renames_nothing(database: Database, now: datetime) -> None:
    number = _written(database, now)
    with database.begin() as session:
        letter = session.get_one(Newsletter, number)
        assert not drafts.rename(session, letter, " \x00 ", language="en", now=now)
        assert (letter.name, letter.language) == ("Otoño", "es")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Hola", "Hola"),
        ("uno\n\ndos", "<p>uno</p><p>dos</p>"),
        ("uno\ndos", "uno<br>dos"),
        ("**fuerte**", "<b>fuerte</b>"),
        ("[la mesa](https://example.com/?a=1&b=2)", '<a href="https://example.com/?a=1&amp;b=2">la mesa</a>'),
        ("[baja]({{ links.unsubscribe }})", '<a href="{{ links.unsubscribe }}">baja</a>'),
        ('{% if subscriber.sex == "f" and x > 3 %}Querida{% endif %}', '{% if subscriber.sex == "f" and x > 3 %}Querida{% endif %}'),
        ("<script>alert(1)</script>x", "x"),
        ("[x](javascript:alert(1)", "[x](javascript:alert(1)"),
        ('<b onclick="x">b</b><img src=x onerror=y>', "<b>b</b>"),
    ],
)
def test_rich_text_keeps_paragraphs_bold_and_links_only(typed: str, kept: str) -> None:
    assert to_html(typed) == kept


def test_a_script_address_never_becomes_a_link() -> None:
    for address in ("javascript:alert`1`", "data:text/html,x", "vbscript:x", "JaVaScRiPt:x"):
        assert "href" not in to_html(f"[x]({address})")


@given(
    some.text(alphabet=some.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | some.sampled_from("*[]()<>\n&{}%"), max_size=80)
)
def test_what_was_kept_comes_back_the_same_after_editing(typed: str) -> None:
    kept = to_html(to_marks(to_html(typed)))
    assert to_html(to_marks(kept)) == kept
