"""Every text has its Spanish; every brand colour can be read."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from mailflow.audience.models import Brand
from preference_center.colours import brand_css, contrast
from tests.public.public_door import Door
from tools import messages

CODE, PAGES = next(door for door in messages.DOORS if door[0].name == "preference_center")
SPANISH = CODE / "translations/es/LC_MESSAGES/messages.po"


def test_every_text_has_its_spanish_and_is_compiled() -> None:
    assert len(messages.collect(CODE, PAGES)) > 100
    assert messages.check(SPANISH, messages.collect(CODE, PAGES)) == []
    # A doubtful translation is not compiled, so readers would see English
    assert "#, fuzzy" not in SPANISH.read_text("utf-8")


def test_the_stylesheet_is_small_and_loads_nothing() -> None:
    css = (Path(CODE) / "static/public.css").read_text("utf-8")
    assert len(css.encode()) < 12_000
    assert "url(" not in css
    assert "@import" not in css


@given(st.integers(0, 0xFFFFFF))
def test_any_brand_colour_can_be_read_by_day_and_by_night(number: int) -> None:
    by_day, by_night = brand_css(f"#{number:06x}").split("@media") if number != 0x47551F else ("", "")
    for css, paper in ((by_day, "#f7f4ed"), (by_night, "#191813")):
        if css:
            accent, tint, on_accent = (css.split(f"--{name}:")[1][:7] for name in ("accent", "tint", "on-accent"))
            assert contrast(accent, paper) >= 4.5
            assert contrast(accent, tint) >= 4.5
            assert contrast(on_accent, accent) >= 4.5


def test_what_is_no_colour_changes_nothing(door: Door) -> None:
    with door.database.begin() as session:
        session.scalars(select(Brand)).one().accent = "red;}body{background:url(//x)"
    assert door.get("/brand.css").text == ""
    with door.database.begin() as session:
        session.scalars(select(Brand)).one().accent = "#8a1f4d"
    assert "--accent:#8a1f4d" in door.get("/brand.css").text
