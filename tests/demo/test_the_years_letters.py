"""The demo's letters read as if somebody had written them: whole subjects, and nothing that a check complains of."""

import pytest

from mailflow.content.checks import check
from mailflow.content.compile import compile as compile_mail
from mailflow.content.words import Source
from mailflow.demo.issues import Issue, slots, subject, year
from tests.conftest import NOON

YEAR = year(NOON)
SHOP = "http://localhost:8000/demo/shop/"
BRAND = {"name": "Casa Olivo", "postal_address": "Sevilla", "url": SHOP, "accent": "#47551f", "pictures": "http://localhost:8000/pictures"}


@pytest.mark.parametrize("issue", YEAR, ids=lambda issue: issue.title)
def test_a_subject_fits_on_a_phone_and_ends_where_its_words_end(issue: Issue) -> None:
    written = subject(issue)
    assert len(written) <= 60
    assert written in (issue.title, f"{issue.title}: {issue.line[0].lower()}{issue.line[1:]}")


@pytest.mark.parametrize("topic", ["recetas", "vajilla"])
def test_a_letter_passes_every_check(topic: str) -> None:
    issue = next(one for one in YEAR if one.topic == topic)
    source = Source(
        template="newsletter", language="es", subject=subject(issue), preheader=issue.line, slots=slots(issue, shop_url=SHOP), brand=BRAND
    )
    compiled = compile_mail(source)
    assert [one.word for one in check(compiled, brand=BRAND) if not one.ok] == []
    assert ("Crema de calabaza" in compiled.html) == (topic == "recetas")
