"""What is wrong with a personal tag is said in the writer's language, and fields that nobody has are found."""

import pytest

from mailflow.content.checks import check
from mailflow.content.merge import syntax_faults
from mailflow.content.person_fields import field_faults
from mailflow.content.words import Compiled, Source


@pytest.mark.parametrize(
    ("text", "spanish", "line"),
    [
        ("Hola {{ subscriber.first_name", "Una etiqueta {{ … }} o {% … %} no se cierra.", 1),
        ("a\n{% if subscriber.sex %}x", "{% if %} se abre y no se cierra: falta {% endif %}.", 2),
        ("{% comment %}x", "{% comment %} se abre y no se cierra: falta {% endcomment %}.", 1),
        ("{% endif %}", "{% endif %} está de más, o falta lo que debía ir antes.", 1),
        ("a\n{% else %}", "{% else %} está de más, o falta lo que debía ir antes.", 2),
        ("{% iff shop.name %}x", "No existe la etiqueta {% iff %}. ¿Querías decir «if»?", 1),
        ("{{ shop.name | upcas }}", "No existe el filtro «upcas». ¿Querías decir «upcase»?", 1),
        ("{% if shop.name == %}x{% endif %}", "Falta algo en «{% if shop.name == %}».", 1),
        ("x\n{{ }} {{ shop.name }}", "Falta algo en «{{ }}».", 2),
        (
            "{{ shop.name | default: “x” }}",
            'Las comillas de «{{ shop.name | default: “x” }}» no valen: escribe dos comillas rectas, "así".',
            1,
        ),
        ("{% if shop.name = 'x' %}{% endif %}", "En «{% if shop.name = 'x' %}», para comparar se escribe == y no =.", 1),
        ("{{ shop name }}", "No se entiende «{{ shop name }}».", 1),
        ("{{ shop name" + " y" * 60 + " }}", "No se entiende «{{ shop name" + " y" * 24 + "…».", 1),
    ],
)
def test_a_broken_tag_is_told_in_spanish_without_the_parsers_words(text: str, spanish: str, line: int) -> None:
    assert [(fault.message["es"], fault.line, fault.where) for fault in syntax_faults(text, "subject")] == [(spanish, line, "subject")]


def test_a_field_nobody_has_is_found_wherever_it_stands_and_the_near_one_offered() -> None:
    source = Source(
        subject="{{ subscriber.frist_name | default: 'x' }}",
        preheader="{% if subscriber.sexo == 'f' %}x{% endif %}",
        slots={
            "intro": "a\n{{ subscriber.nif }}",
            "hero": {"alt": "{{ subscriber.plaze }}"},
            "products": [{}, {"name": "{{ subscriber.nif }}"}],
        },
        mjml="{{ subscriber.email }} {{ subscriber.language }} {% for one in subscriber.interests %}{{ one.x }}{% endfor %}",
    )
    found = field_faults(source, ["first_name", "sex", "place", "interests"])
    assert [(fault.where, fault.line, fault.message["en"]) for fault in found] == [
        ("subject", 1, "There is no value “subscriber.frist_name”. Did you mean “first_name”?"),
        ("preheader", 1, "There is no value “subscriber.sexo”. Did you mean “sex”?"),
        ("slots.intro", 2, "There is no value “subscriber.nif”."),
        ("slots.hero.alt", 1, "There is no value “subscriber.plaze”. Did you mean “place”?"),
        ("slots.products.1.name", 1, "There is no value “subscriber.nif”."),
    ]


def _gap(subject: str = "x", preheader: str = "y", html: str = "<p>z</p>") -> bool:
    compiled = Compiled(
        subject=subject, preheader=preheader, html=f"<html><body>{html}</body></html>", text="", links=(), language="es", size=1
    )
    return not next(one for one in check(compiled, brand={}) if one.word == "fallback").ok


BARE = "Hola {{ subscriber.first_name }}"
ASKED = "{% if subscriber.first_name %}Hola {{ subscriber.first_name }}{% else %}Hola{% endif %}"


def test_a_condition_elsewhere_does_not_excuse_a_bare_value() -> None:
    assert _gap(subject=BARE, html=ASKED)
    assert _gap(preheader=BARE, html=ASKED)
    assert _gap(subject=ASKED, html=f"<p>{BARE}</p>")
    assert _gap(html=f"<p>{ASKED}</p><p>{BARE}</p>")
    assert _gap(html="{% if subscriber.place %}{{ subscriber.first_name }}{% endif %}")


def test_a_default_or_a_condition_around_it_is_enough() -> None:
    assert not _gap(subject=ASKED, preheader=ASKED, html=f"<p>{ASKED}</p>")
    assert not _gap(subject='{{ subscriber.first_name | default: "amiga" }}')
    assert not _gap(
        html="{% unless subscriber.first_name %}Hola{% else %}{% if shop.name %}{{ subscriber.first_name }}{% endif %}{% endunless %}"
    )
    assert not _gap(subject="{{ subscriber.email }}")
