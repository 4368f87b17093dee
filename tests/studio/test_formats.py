"""Numbers, money and times as the reader writes them."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from mailflow.studio import formats

NBSP = "\N{NO-BREAK SPACE}"
WHEN = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "spanish", "english"),
    [
        ("{{ 1334|number }}", "1.334", "1,334"),
        ("{{ 999|number }}", "999", "999"),
        ("{{ 0.124|percent }}", f"12,4{NBSP}%", "12.4%"),
        ("{{ 1129700|money(whole=true) }}", f"11.297{NBSP}€", "€11,297"),
        ("{{ 7900|money }}", f"79,00{NBSP}€", "€79.00"),
        ("{{ none|number }}{{ none|percent }}{{ none|money }}{{ none|date }}", "––––", "––––"),
        ("{{ when|date }}", "17 nov 2026", "17 Nov 2026"),
        ("{{ when|date(long=true) }}", "martes 17 de noviembre", "Tuesday 17 November"),
        ("{{ when|datetime }}", "17 nov 2026, 10:00", "17 Nov 2026, 10:00"),
        ("{{ (when - three_days)|relative(when) }}", "hace 3 días", "3 days ago"),
    ],
)
def test_a_filter_speaks_both_languages(studio: Flask, written: str, spanish: str, english: str) -> None:
    page = studio.jinja_env.from_string(written)
    for language, wanted in (("es", spanish), ("en", english)):
        with studio.test_request_context(headers={"Accept-Language": language}):
            assert page.render(when=WHEN, three_days=timedelta(days=3)) == wanted


def test_midnight_in_madrid_belongs_to_the_next_day(studio: Flask) -> None:
    with studio.test_request_context(headers={"Accept-Language": "es"}):
        assert formats.moment(datetime(2026, 7, 31, 22, 30, tzinfo=UTC)) == "1 ago 2026, 00:30"
