"""What frames every page: the brand, its colours, and the words and days as a reader writes them."""

from datetime import datetime
from typing import Any

from babel.lists import format_list
from flask import Blueprint, Flask, Response, g, url_for
from flask_babel import format_datetime, get_locale
from markupsafe import Markup, escape

from mailflow.audience import queries
from mailflow.audience.models import Brand
from mailflow.audience.rules import mask
from mailflow.foundation.language import LANGUAGES, Words, pick
from preference_center.colours import brand_css
from preference_center.language import current_language
from preference_center.security import public
from preference_center.surroundings import here

blueprint = Blueprint("frame", __name__)
LANGUAGE_NAMES = {"es": "Español", "en": "English"}


def frame(app: Flask) -> None:
    """Give every template of ``app`` the brand and the means to write words, days and addresses."""
    app.context_processor(lambda: {"brand": brand(), "other_languages": _other_languages()})
    app.jinja_env.globals.update(LANGUAGE_NAMES=LANGUAGE_NAMES, asset=_asset)
    app.jinja_env.filters.update(
        words=in_words, masked=mask, bold=_bold, day=_day, day_and_year=_day_and_year, moment=_moment, listed=_listed
    )


@blueprint.get("/brand.css")
@public
def brand_colours() -> Response:
    """The brand's own colours, as a small stylesheet: the content security policy allows no inline ones."""
    shown = brand()
    css = brand_css(shown.accent) if shown else ""
    return Response(css, mimetype="text/css", headers={"Cache-Control": "public, max-age=300"})


def brand() -> Brand | None:
    """The brand whose pages these are."""
    if "brand" not in g:
        with here().database.read() as session:
            g.brand = queries.brand(session)
    found: Brand | None = g.brand
    return found


def in_words(text: Words) -> str:
    """A text that exists in several languages, in the page's."""
    return pick(text, current_language())


def _asset(name: str) -> str:
    return url_for("static", filename=name)


def _other_languages() -> list[str]:
    return [code for code in LANGUAGES if code != current_language()]


def _bold(text: str) -> Markup:
    return Markup("<strong>{}</strong>").format(escape(text))


def _day(at: datetime) -> str:
    return str(format_datetime(at, "d 'de' MMMM" if str(get_locale()) == "es" else "d MMMM"))


def _moment(at: datetime) -> str:
    pattern = "d 'de' MMMM 'de' y 'a las' H:mm" if str(get_locale()) == "es" else "d MMMM y 'at' H:mm"
    return str(format_datetime(at, pattern))


def _listed(texts: list[Any]) -> str:
    return format_list([str(text) for text in texts], locale=get_locale()) if texts else ""


def _day_and_year(at: datetime) -> str:
    return str(format_datetime(at, "d 'de' MMMM 'de' y" if str(get_locale()) == "es" else "d MMMM y"))
