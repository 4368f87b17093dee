"""The language of a page: the one in its address, else the person's, else the browser's, else the installation's."""

from typing import Any

from flask import Flask, g, request
from flask_babel import Babel, refresh

from mailflow.audience import queries
from mailflow.audience.models import Installation
from mailflow.foundation.language import LANGUAGES, known_language
from preference_center.surroundings import here


def speak(app: Flask) -> None:
    """Let pages of ``app`` be in the reader's language, and keep a chosen one from page to page without cookies."""
    Babel(
        app,
        default_translation_directories="translations",
        locale_selector=current_language,
        timezone_selector=current_zone,
    )
    app.url_defaults(_keep_chosen)
    app.jinja_env.globals["current_language"] = current_language


def use_language_of(person_language: str | None) -> None:
    """From here on this request speaks the person's language, unless its address asks for another."""
    g.person_language = known_language(person_language)
    refresh()


def current_language() -> str:
    """The language of this request, one of LANGUAGES."""
    chosen = known_language(request.args.get("lang")) or g.get("person_language")
    return str(chosen or request.accept_languages.best_match(LANGUAGES) or _installation().language)


def current_zone() -> str:
    """The zone in which public pages show days: the installation's."""
    return str(_installation().zone)


def _installation() -> Installation:
    if "installation" not in g:
        with here().database.read() as session:
            g.installation = queries.installation(session)
    found: Installation = g.installation
    return found


def _keep_chosen(endpoint: str, values: dict[str, Any]) -> None:
    chosen = known_language(request.args.get("lang")) if request else None
    if chosen and endpoint != "static":
        values.setdefault("lang", chosen)
