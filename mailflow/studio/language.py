"""The language and zone of the person who looks: their choice, else the browser's, else the installation's."""

from flask import Flask, request, session
from flask_babel import Babel
from flask_login import current_user

from mailflow.foundation.language import known_language
from mailflow.studio.company import company

_TRANSLATIONS = "translations"


def speak(app: Flask) -> None:
    """Let pages of ``app`` be in the language of whoever looks."""
    Babel(
        app,
        default_translation_directories=f"{app.root_path}/{_TRANSLATIONS}",
        locale_selector=current_language,
        timezone_selector=current_zone,
    )
    app.jinja_env.globals["current_language"] = current_language


def current_language() -> str:
    """The language of this request, one of LANGUAGES."""
    kept = current_user.language if current_user and current_user.is_authenticated else ""
    return known_language(kept or session.get("language")) or _of_the_browser() or company().language


def current_zone() -> str:
    """The zone in which the studio shows times: the installation's."""
    return company().zone


def _of_the_browser() -> str | None:
    """The first of the browser's languages that we speak, its regions included: es-AR is Spanish."""
    codes = (known_language(code) for code, _ in request.accept_languages)
    return next((code for code in codes if code), None)
