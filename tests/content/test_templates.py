"""Every template that comes with mailflow is finished: both languages, foot, alt, size, words for what is missing."""

import tomllib
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from mailflow.audience.standard import first_brand
from mailflow.content.build import build
from mailflow.content.checks import check
from mailflow.content.compile import compile as compile_mail
from mailflow.content.compile import prepare
from mailflow.content.library import Library, template, templates
from mailflow.content.personalise import personalise
from mailflow.content.preview import sample_facts
from mailflow.content.words import Compiled, CompileError, Source, Template
from mailflow.foundation.paths import bundled
from tests.content.mails import BRAND, made

LIBRARY = Library()
EVERY = [one for kind in ("newsletter", "message") for one in LIBRARY.templates(kind)]
NOTICES = {"confirm", "preferences_link"}
both_languages = pytest.mark.parametrize("language", ["es", "en"])
every_template = pytest.mark.parametrize("one", EVERY, ids=lambda one: f"{one.kind}-{one.slug}")


def compiled(one: Template, language: str, sample: bool = True, **facts: Any) -> Compiled:
    given = LIBRARY.sample(one.slug, language, one.kind) if sample else {}
    subject = given.get("subject") or ("" if one.kind == "message" else "Hola")
    source = Source(
        template=one.slug, kind=one.kind, slots=given.get("slots", {}), subject=subject, preheader=given.get("preheader", ""),
        language=language, brand=BRAND, **facts,
    )  # fmt: skip
    return build(prepare(source, LIBRARY))


def test_all_nine_are_there() -> None:
    assert [one.slug for one in templates("newsletter")] == ["newsletter", "promotion", "welcome", "reactivation"]
    assert {one.slug for one in templates("message")} == {"confirm", "welcome", "welcome_reminder", "reactivation", "preferences_link"}


@every_template
@both_languages
def test_template_passes_the_checks(one: Template, language: str) -> None:
    mail = compiled(one, language)
    failed = {result.word for result in check(mail, brand=BRAND) if not result.ok}
    assert failed <= ({"unsubscribe"} if one.slug in NOTICES else set())
    assert mail.size < 60_000
    assert ("{{ links.unsubscribe }}" in mail.html) is (one.slug not in NOTICES)
    assert mail.html.count("{{ pixel }}") == 1


@every_template
@both_languages
def test_template_reads_well_for_ana_and_for_somebody_unknown(one: Template, language: str) -> None:
    mail = compiled(one, language)
    for facts in (sample_facts(language), {"shop": BRAND, "links": {}}):
        personal = personalise(mail, facts)
        for part in (personal.subject, personal.html, personal.text):
            assert "{{" not in part
            assert "{%" not in part
            assert "[[" not in part
            assert "[%" not in part
        assert personal.text.strip()
        assert BRAND["postal_address"] in personal.text
        assert not any(len(line) > 900 for line in personal.text.splitlines())
    page = lxml.html.document_fromstring(personalise(mail, sample_facts(language)).html)
    assert page.get("lang") == language
    assert page.findtext("head/title")


@every_template
@both_languages
def test_template_stands_on_its_defaults(one: Template, language: str) -> None:
    assert "{{ pixel }}" in compiled(one, language, sample=False).html


def _unfinished(url: str) -> bool:
    mail = made(
        template="newsletter", slots={"products": [{"name": "Fuente", "price": "34 €", "url": url, "picture": "a.png", "alt": "x"}]}
    )
    return not next(one for one in check(mail, brand=BRAND) if one.word == "links").ok


@pytest.mark.parametrize(
    "url",
    ["https://example.com", "https://example.com/jarra", "http://www.example.org/?a=1", "http://localhost:8000/", first_brand().shop_url],
)
def test_an_address_that_stands_for_one_still_to_be_written_is_told(url: str) -> None:
    assert _unfinished(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://casaolivo.example.net/",
        "https://example.community/a",
        "https://shop.es/?from=example.com",
        "http://localhost:8000/demo/shop/lucena-dish",
    ],
)
def test_a_shop_with_a_name_of_its_own_is_finished(url: str) -> None:
    assert not _unfinished(url)


@every_template
def test_every_label_has_both_languages(one: Template) -> None:
    for words in (one.name, one.description, *(slot.label for slot in one.slots), *(slot.hint or slot.label for slot in one.slots)):
        assert words["es"]
        assert words["en"]
    for slot in one.slots:
        assert set(slot.default) in ({"es", "en"}, set())


@pytest.mark.parametrize("folder", ["components", *(f"messages/{one.slug}" for one in EVERY if one.kind == "message")])
def test_copy_has_the_same_keys_in_both_languages(folder: str) -> None:
    name = "words" if folder == "components" else "copy"
    spanish, english = (tomllib.loads((bundled("templates") / folder / f"{name}.{code}.toml").read_text("utf-8")) for code in ("es", "en"))
    assert list(spanish) == list(english)
    assert all(spanish.values())
    assert all(english.values())


@pytest.mark.parametrize("count", range(8))
def test_any_number_of_products_stands_in_whole_rows(count: int) -> None:
    product = {"name": "Fuente", "price": "34 €", "url": "https://casaolivo.example/a", "picture": "fuente.png", "alt": "Fuente"}
    mail = made(template="newsletter", slots={"products": [product] * count})
    pictures = [picture for picture in lxml.html.document_fromstring(mail.html).iter("img") if "fuente.png" in picture.get("src")]
    assert len(pictures) == count
    assert ("34 €" in mail.text) is (count > 0)


def test_a_part_without_values_vanishes() -> None:
    with_article = made(template="newsletter", slots={"article_title": "La receta"})
    without = made(template="newsletter", slots={})
    assert "#eceedb" in with_article.html.partition("<body")[2]
    assert "#eceedb" not in without.html.partition("<body")[2]
    assert "<img" not in without.html


def test_quotes_and_signs_in_slots_are_words() -> None:
    product = {"name": 'Fuente "grande" <1>', "alt": 'a "b" c', "picture": "fuente.png", "url": "https://x.example/?a=1&b=2"}
    mail = made(template="newsletter", slots={"title": 'Uno < dos & "tres"', "products": [product]})
    assert 'Uno < dos & "tres"' in mail.text
    assert 'Fuente "grande" <1>' in mail.text
    assert "https://x.example/?a=1&b=2" in mail.links


def test_slots_may_hold_conditions() -> None:
    mail = made(template="newsletter", slots={"intro": '{% if subscriber.sex == "f" %}Bienvenida{% else %}Te saludamos{% endif %}'})
    assert "Bienvenida" in personalise(mail, {"subscriber": {"sex": "f"}}).text
    assert "Bienvenida" not in personalise(mail, {"subscriber": {"sex": "m"}}).html


def test_the_accent_is_the_brands_and_a_bad_one_is_ignored() -> None:
    assert "#aa0011" in made(template="newsletter", brand={**BRAND, "accent": "#aa0011"}).html
    assert "#47551f" in made(template="newsletter", brand={**BRAND, "accent": "red;} body{display:none"}).html


def test_a_slot_of_the_wrong_kind_is_told_by_its_label() -> None:
    with pytest.raises(CompileError) as caught:
        made(template="newsletter", slots={"products": "three", "title": "", "button_url": "casaolivo", "picture": {"url": "x/y.png"}})
    assert {fault.where for fault in caught.value.faults} == {"products", "title", "button_url", "picture"}


def test_an_operators_folder_comes_first(tmp_path: Path) -> None:
    folder = tmp_path / "newsletters" / "newsletter"
    folder.mkdir(parents=True)
    (folder / "newsletter.mjml").write_text(
        '<mjml>[% render "head" %]<mj-body><mj-section><mj-column><mj-text>Ours</mj-text></mj-column></mj-section>'
        '[% render "foot" %]</mj-body></mjml>'
    )
    (tmp_path / "components").mkdir()
    (tmp_path / "components" / "foot.mjml").write_text("<mj-section><mj-column>\n<mj-text>Our foot</mj-txt></mj-column></mj-section>")
    library = Library(tmp_path)
    source = Source(template="newsletter", subject="Hola", brand=BRAND)
    with pytest.raises(CompileError) as caught:
        compile_mail(source, library=library)
    assert (caught.value.faults[0].where, caught.value.faults[0].line) == ("components/foot.mjml", 2)
    (tmp_path / "components" / "foot.mjml").write_text("<mj-section><mj-column><mj-text>Our foot</mj-text></mj-column></mj-section>")
    mail = compile_mail(source, library=library)
    assert "Our foot" in mail.text
    assert {result.word for result in check(mail, brand=BRAND) if not result.ok} >= {"unsubscribe", "postal-address", "preheader"}


def test_names_of_folders_do_not_lead_out_of_the_library() -> None:
    for name in ("../../etc", "newsletters/../x", ".", "", "nobody"):
        with pytest.raises(CompileError):
            template(name)


def test_a_shared_name_is_found_by_kind() -> None:
    assert template("welcome", "message").kind == "message"
    assert template("messages/welcome").kind == "message"
    assert template("welcome").kind == "newsletter"
    assert template("confirm", "newsletter").kind == "message"
