"""Days in words are what CLDR says, in both languages."""

from datetime import date, timedelta

import pytest
from babel.dates import format_date

from mailflow.foundation.language import day_in_words


@pytest.mark.parametrize(("language", "pattern"), [("es", "EEEE d 'de' MMMM 'de' y"), ("en", "EEEE d MMMM y")])
def test_every_day_of_some_years_is_written_as_cldr_has_it(language: str, pattern: str) -> None:
    for number in range(800):
        day = date(2027, 12, 1) + timedelta(number)
        assert day_in_words(day, language) == format_date(day, pattern, locale=language)
