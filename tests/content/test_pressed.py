"""What leaves is what a preview shows: a pressed mail, decoded, is the rendered mail, for whatever is written in it."""

import email
import quopri
import re
from collections.abc import Container
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from liquid.exceptions import LiquidError
from markupsafe import Markup

from mailflow.content import quoted
from mailflow.content.library import Library
from mailflow.content.mime import whole
from mailflow.content.personalise import Personaliser
from mailflow.content.pressed import Address, Pressed
from mailflow.content.preview import sample_facts
from mailflow.content.words import Compiled
from tests.content.mails import made, mjml
from tests.faults.sizes import size

PAGE = "https://cartas.example.com"
TOKEN = b"AZaz09-_" * 4 + b"wxyz"
PIXEL = ('<img src="' + PAGE + "/o/", '.gif" width="1" alt="">')
ADDRESSES = {
    **{(f"link_{number}",): Address(f"{PAGE}/?a={number}&c=") for number in range(1, 21)},
    ("links", "view"): Address(f"{PAGE}/view/"),
    ("links", "preferences"): Address(f"{PAGE}/preferences/"),
    ("links", "unsubscribe"): Address(f"{PAGE}/unsubscribe/"),
    ("pixel",): Address(*PIXEL, markup=True),
}
TEMPLATES = [(kind, template.slug) for kind in ("newsletter", "message") for template in Library().templates(kind)]
WRITTEN = {path[-1]: address.before + TOKEN.decode() + address.after for path, address in ADDRESSES.items()}
WRITTEN["pixel"] = Markup(WRITTEN["pixel"])


def facts_of(facts: dict[str, Any], *, only: Container[tuple[str, ...]] | None = None) -> dict[str, Any]:
    """``facts`` with the addresses as texts, all or those in ``only``."""
    links = {name: WRITTEN[name] for name in ("view", "preferences", "unsubscribe") if only is None or ("links", name) in only}
    tags = {path[0]: WRITTEN[path[0]] for path in ADDRESSES if len(path) == 1 and (only is None or path in only)}
    return {**facts, "links": {**facts.get("links", {}), **links}, **tags}


def parts_of(compiled: Compiled, facts: dict[str, Any]) -> tuple[bytes, tuple[str, str], tuple[str, str]]:
    """The raw message, its two decoded parts, and the two rendered ones."""
    mail = Personaliser(compiled)
    pressed = Pressed(mail, ADDRESSES)
    given = facts_of(facts, only=pressed.texts)
    tokens = [TOKEN] * len(pressed.tokens)
    raw = whole([], pressed.text.filled(given, tokens), pressed.html.filled(given, tokens))
    assert raw == whole([], pressed.text.filled(given, tokens), pressed.html.filled(given, tokens))
    rendered = mail.render(facts_of(facts))
    text, html = (str(part.get_payload(decode=True), "utf-8").replace("\r\n", "\n") for part in email.message_from_bytes(raw).get_payload())
    return raw, (text, html), (rendered.text, rendered.html)


def assert_fit_for_smtp(raw: bytes) -> None:
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert not [line for line in lines if line.startswith(b".") or b"\n" in line or b"\r" in line or line.endswith((b" ", b"\t"))]


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(("kind", "slug"), TEMPLATES)
def test_every_template_leaves_as_its_preview_shows_it(kind: str, slug: str, language: str) -> None:
    compiled = made(template=slug, kind=kind, language=language, **Library().sample(slug, language, kind))
    for facts in (sample_facts(language), {}, {"subscriber": {"first_name": "Íñigo =\n<.>"}, "offer": {"code": ".A=3D"}}):
        raw, decoded, rendered = parts_of(compiled, facts)
        assert decoded == rendered
        assert_fit_for_smtp(raw)


WORDS = st.sampled_from(
    [
        *("{{ subscriber.first_name }}", "{{ offer.code }}", "{{ link_1 }}", "{{ link_2 }}", "{{ links.view }}", "{{ pixel }}", "{{ n }}"),
        *("{{ subscriber.first_name | default: 'amiga' }}", "{{ n | default: 'x' }}", '{{ offer.code | default: "" }}'),
        *("{{ link_1 | upcase }}", "{{ subscriptions.size }}", "{% comment %}{% if %}{% endcomment %}", "{{ n | plus: 1 }}", "{{ offer }}"),
        *("Hola & <b>", "\n", "\n\n", " ", ".", "=", "ñ", "\t", "á" * 30, "x" * 80, "{{ yes }}"),
    ]
)
CONDITIONS = st.sampled_from(
    ["offer.code", "subscriber.first_name", "no", "yes", "n > 2", "n == '3'", "yes and n == 3", "subscriptions.size > 1", "link_1", "n"]
)


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Conditions and loops around what is written already, white space and all."""
    body = st.lists(inner, max_size=4).map("".join)
    return st.one_of(
        st.builds("{{% if {} %}}{}{{% endif %}}".format, CONDITIONS, body),
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, CONDITIONS, body, body),
        st.builds("{{% if {} %}}{}{{% elsif {} %}}{}{{% else %}}{}{{% endif %}}".format, CONDITIONS, body, CONDITIONS, body, body),
        st.builds("{{% unless {} %}}{}{{% else %}}{}{{% endunless %}}".format, CONDITIONS, body, body),
        st.builds("{{% for s in subscriptions %}}{}{{{{ s.name }}}}{{% endfor %}}".format, body),
        st.builds("{{% case n %}}{{% when 3 %}}{}{{% else %}}{}{{% endcase %}}".format, body, body),
    )


MAILS = st.lists(st.recursive(WORDS, blocks, max_leaves=12), max_size=10).map("".join)
TEXT = st.text(alphabet=st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), st.sampled_from(".= \n\t")))
READERS = st.fixed_dictionaries(
    {
        "subscriber": st.fixed_dictionaries({"first_name": st.one_of(st.none(), TEXT)}),
        "offer": st.one_of(st.just({}), st.fixed_dictionaries({"code": TEXT})),
        "subscriptions": st.lists(st.fixed_dictionaries({"name": TEXT}), max_size=2),
        "n": st.sampled_from([1, 3, 3.0, True, "3"]),
        "yes": st.booleans(),
    }
)


@settings(max_examples=size(250, 3000), deadline=None)
@given(html=MAILS, text=MAILS, readers=st.lists(READERS, min_size=1, max_size=3))
def test_whatever_is_written_leaves_as_its_preview_shows_it(html: str, text: str, readers: list[dict[str, Any]]) -> None:
    compiled = Compiled("Hola", "", html, text, ("https://x.example/1", "https://x.example/2"), "es", 1)
    for facts in readers:
        try:
            Personaliser(compiled).render(facts_of(facts))
        except LiquidError:  # a text compared with a number, say
            with pytest.raises(LiquidError):
                parts_of(compiled, facts)
            continue
        raw, decoded, rendered = parts_of(compiled, facts)
        assert decoded == rendered
        assert_fit_for_smtp(raw)


@settings(max_examples=size(200, 3000), deadline=None)
@given(st.lists(st.one_of(TEXT, st.just("y" * 300), st.just("ñ." * 90)), min_size=1, max_size=5))
def test_pieces_side_by_side_decode_to_their_texts(texts: list[str]) -> None:
    open_pieces = b"".join(quoted.piece(text) for text in texts) + quoted.quoted("Ende")
    holed = TOKEN.join(quoted.pieces(texts, last=True))
    for raw, meant in ((open_pieces, "".join(texts) + "Ende"), (holed, TOKEN.decode().join(texts))):
        assert quopri.decodestring(raw).decode().replace("\r\n", "\n") == meant
        assert max(map(len, raw.split(b"\r\n"))) <= 76
        assert not re.search(rb"(?:^|\r\n)\.", raw)


def test_readers_that_are_equal_to_python_are_told_apart() -> None:
    """1, 1.0 and True are one key of a dict, and three texts."""
    mail = Personaliser(Compiled("", "", "{{ n }}|{{ n | default: 0 }}", "", (), "es", 1))
    pressed = Pressed(mail, {})
    written = [b"".join(pressed.html.filled({"n": n}, ())).replace(b"=\r\n", b"") for n in (1, True, 1.0, "1", Markup("<b>"), "<b>")]
    assert written == [b"1|1", b"true|true", b"1.0|1.0", b"1|1", b"<b>|<b>", b"&lt;b&gt;|&lt;b&gt;"]


def test_a_mail_that_cannot_be_made_for_one_reader_is_made_for_the_next() -> None:
    mail = Personaliser(Compiled("", "", "{% for n in (1..subscriber.points) %}.{% endfor %}", "", (), "es", 1))
    pressed = Pressed(mail, {})
    for points in (8_000_000, 8_000_000):
        with pytest.raises(LiquidError):
            pressed.html.filled({"subscriber": {"points": points}}, ())
    assert b"".join(pressed.html.filled({"subscriber": {"points": 2}}, ())) == b"=2E.=\r\n"


def test_a_section_for_some_readers_has_its_links_counted() -> None:
    inside = "<p>{% if subscriber.sex == 'f' %}<a href='https://x.example/a'>ella</a>{% else %}todos{% endif %}</p>"
    compiled = made(mjml(inside))
    for sex, there in (("f", True), ("m", False)):
        _, (_, html), (_, rendered) = parts_of(compiled, {"subscriber": {"sex": sex}})
        assert html == rendered
        assert (f'href="{PAGE}/?a=1&amp;c={TOKEN.decode()}"' in html) is there
