"""What mjml-python, premailer and Liquid get wrong between them comes out right, or is refused by line."""

import lxml.html
import pytest

from mailflow.content.personalise import personalise
from tests.content.mails import faults, made, mjml


def anchor(html: str) -> lxml.html.HtmlElement:
    return next(iter(lxml.html.document_fromstring(html).iter("a")))


def test_attributes_over_several_lines_stay_styles() -> None:
    html = made(mjml('<p\n  style="color: red;\n\tfont-size: 20px">Hola</p>')).html
    paragraph = next(iter(lxml.html.document_fromstring(html).iter("p")))
    assert paragraph.get("style").replace(" ", "") == "display:block;margin:13px0;color:red;font-size:20px"
    assert "\\n" not in html


def test_a_backslash_in_an_attribute_stays_one() -> None:
    assert 'title="a\\b"' in made(mjml('<p title="a\\b">c\\d</p>')).html


def test_a_picture_without_alt_gets_an_empty_one() -> None:
    own = '<mjml><mj-body><mj-section><mj-column><mj-image src="https://x.example/a.png" /></mj-column></mj-section></mj-body></mjml>'
    assert 'alt=""' in made(own).html


def test_inline_style_blocks_are_inlined() -> None:
    html = made(mjml('<p class="red">x</p>', head='<mj-style inline="inline">.red { color: #ff0001 }</mj-style>')).html
    paragraph = next(iter(lxml.html.document_fromstring(html).iter("p")))
    assert "#ff0001" in paragraph.get("style")


def test_important_in_media_queries_survives() -> None:
    html = made(mjml("x", head="<mj-style>@media (prefers-color-scheme: dark) { p { color: red !important; } }</mj-style>")).html
    assert "red !important" in html


def test_standards_mode_and_no_fonts_from_outside() -> None:
    html = made(mjml("x")).html
    assert html.startswith("<!DOCTYPE html>")
    assert "fonts.googleapis" not in html
    assert html.lower().count("<!doctype") == 1


@pytest.mark.parametrize(
    ("part", "english"),
    [
        ("<mj-carousel></mj-carousel>", "<mj-carousel> is not allowed: few mail programs show it."),
        ("<mj-html-attributes></mj-html-attributes>", "<mj-html-attributes> is not allowed: our compiler does not understand it."),
        ('<mj-wrapper gap="10px"></mj-wrapper>', "“gap” is not allowed in a mail."),
        ("<mj-hero></mj-hero>", '“mode="fluid-height"” is not allowed in a mail.'),
        ("<mj-sektion></mj-sektion>", "We do not know the tag <mj-sektion>."),
        ('<mj-section colour="red"></mj-section>', "<mj-section> has no attribute “colour”."),
        ("<mj-text>Hola</mj-text>", "<mj-text> cannot stand inside <mj-body>."),
        ("Hola", "Loose text inside <mj-body>; put it into <mj-text>."),
        ('<mj-section background-url="a.png"></mj-section>', "The picture “a.png” needs a full address (https://…)."),
    ],
)
def test_what_the_compiler_would_drop_is_refused(part: str, english: str) -> None:
    found = faults(f"<mjml>\n<mj-body>\n{part}</mj-body></mjml>")
    assert [fault.message["en"] for fault in found] == [english]
    assert found[0].line == 3 if part != "Hola" else found[0].line in {2, 3}


def test_all_faults_are_told_at_once() -> None:
    found = faults(mjml("<blink>a</blink>\n<a href='ftp://x'>b</a>\n<p onclick='x'>c</p>"))
    assert [fault.line for fault in found] == [5, 6, 7]


def test_html_that_designers_write_loosely_is_fine() -> None:
    compiled = made(mjml('Uno<br>dos &amp; tres & cuatro&nbsp;cinco <img src="https://x.example/a.png?b=1&c=2"><hr>'))
    assert "Uno\ndos & tres & cuatro\u00a0cinco" in compiled.text
    assert "a.png?b=1&amp;c=2" in compiled.html


def test_conditions_with_signs_survive() -> None:
    compiled = made(mjml('{% if subscriber.orders < 1 and subscriber.sex == "f" %}nueva{% else %}<b>vieja</b>{% endif %}'))
    assert "nueva" in personalise(compiled, {"subscriber": {"orders": 0, "sex": "f"}}).html
    assert "<b>vieja</b>" in personalise(compiled, {"subscriber": {"orders": 3, "sex": "f"}}).html


def test_a_condition_around_a_section_takes_all_of_it() -> None:
    section = "<mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section>"
    inside = (
        section.format("uno") + '\n{% if subscriber.sex == "f" %}\n' + section.format("dos") + "\n{% endif %}\n" + section.format("tres")
    )
    for body in (inside, f"<mj-wrapper>{inside}</mj-wrapper>"):
        compiled = made(f"<mjml><mj-body>{body}</mj-body></mjml>")
        woman, man = (personalise(compiled, {"subscriber": {"sex": sex}}) for sex in "fm")
        assert ("dos" in woman.html, "dos" in man.html) == (True, False)
        assert "dos" not in man.text
        for html in (woman.html, man.html):
            assert html.count("<!--[if") == html.count("<![endif]")
            assert html.count("<table") == html.count("</table")
            assert html.count("<div") == html.count("</div")


def test_a_condition_inside_a_column_takes_its_rows() -> None:
    own = (
        "<mjml><mj-body><mj-section><mj-column>{% for list in subscriptions %}<mj-text>{{ list.name }}</mj-text>{% endfor %}"
        "</mj-column></mj-section></mj-body></mjml>"
    )
    html = personalise(made(own), {"subscriptions": [{"name": "uno"}, {"name": "dos"}]}).html
    assert html.index("uno") < html.index("dos")
    assert [cell.text_content().strip() for cell in lxml.html.document_fromstring(html).iter("td") if not len(cell.findall(".//td"))] == [
        "uno",
        "dos",
    ]


def test_a_condition_where_columns_are_counted_is_refused() -> None:
    own = "<mjml><mj-body>\n<mj-section>{% if subscriber.sex %}<mj-column></mj-column>{% endif %}</mj-section></mj-body></mjml>"
    assert {fault.message["en"] for fault in faults(own)} == {"A condition cannot stand here, inside <mj-section>."}


def test_rows_of_a_table_can_be_repeated() -> None:
    compiled = made(mjml("<table>{% for p in products %}<tr><td>{{ p.name }}</td></tr>{% endfor %}</table>"))
    html = personalise(compiled, {"products": [{"name": "uno"}, {"name": "dos"}]}).html
    assert [cell.text for cell in lxml.html.document_fromstring(html).iter("td") if cell.text in {"uno", "dos"}] == ["uno", "dos"]


def test_a_tag_in_a_link_is_not_percent_encoded() -> None:
    compiled = made(mjml('<a href="https://x.example/?c={{ offer.code | url_encode }}">x</a>'))
    assert anchor(personalise(compiled, {"offer": {"code": "A B"}}).html).get("href") == "https://x.example/?c=A+B"


def test_links_are_numbered_and_ours_are_not() -> None:
    own = mjml(
        '<a href="https://x.example/a?b=1&amp;c=2">a</a> <a href="https://x.example/b">b</a> <a href="https://x.example/a?b=1&c=2">c</a>'
        '<a href="{{ links.unsubscribe }}">d</a> <a href="mailto:hola@example.com">e</a> <a href="https://x.example/{{ offer.code }}">f</a>'
    )
    compiled = made(own)
    assert compiled.links == ("https://x.example/a?b=1&c=2", "https://x.example/b")
    assert [link.get("href") for link in lxml.html.document_fromstring(compiled.html).iter("a")] == [
        "{{ link_1 }}", "{{ link_2 }}", "{{ link_1 }}", "{{ links.unsubscribe }}",
        "mailto:hola@example.com", "https://x.example/{{ offer.code }}",
    ]  # fmt: skip
    assert "b ({{ link_2 }})" in compiled.text


def test_a_tag_that_looks_asleep_in_the_source_stays_words() -> None:
    assert "qz0q0z" in made(mjml("qz0q0z {{ subscriber.email }}")).text


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("\n{{ suscriber.first_name }}", "We do not know the value “suscriber”. Did you mean “subscriber”?"),
        ("\n{{ now }}", "We do not know the value “now”."),
        ("\n{% if subscriber.sex %}a", "{% if %} is opened and never closed: {% endif %} is missing."),
        ("\n{{ subscriber.email | shout }}", "There is no filter “shout”."),
        ("\n{{ subscriber.email | safe }}", "There is no filter “safe”."),
        ("\n{{ subscriber.email", "A tag {{ … }} or {% … %} is not closed."),
    ],
)
def test_a_broken_tag_is_told_with_its_line(text: str, english: str) -> None:
    found = faults(mjml(text))
    assert [(fault.message["en"], fault.line) for fault in found] == [(english, 6)]


@pytest.mark.parametrize("where", ["subject", "preheader"])
def test_a_broken_tag_is_told_with_its_place(where: str) -> None:
    assert [fault.where for fault in faults(mjml("x"), **{where: "{{ subscriber.first_name"})] == [where]
    assert [fault.where for fault in faults(template="newsletter", slots={"intro": "{% if %}"})] == ["intro"]


def test_an_empty_subject_is_refused() -> None:
    assert [fault.where for fault in faults(mjml("x"), subject=" ")] == ["subject"]
