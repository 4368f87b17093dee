"""What a person reads when something is not possible: a page in words, with the way on."""

from flask import Flask, current_app, render_template, request, url_for
from flask_babel import LazyString, lazy_gettext
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from mailflow.foundation.busy import is_busy
from mailflow.foundation.limited import TooSlowError

_WORDS: dict[int, tuple[LazyString, LazyString]] = {
    400: (
        lazy_gettext("We could not read that"),
        lazy_gettext("The form arrived incomplete or damaged. Nothing was changed. Go back and try again."),
    ),
    403: (
        lazy_gettext("This was not done, to be safe"),
        lazy_gettext("The form was too old or did not come from this page. Nothing was changed. Go back, reload the page and try again."),
    ),
    404: (
        lazy_gettext("There is nothing here"),
        lazy_gettext("The page was moved or deleted, or the address has a typing mistake."),
    ),
    405: (
        lazy_gettext("This page cannot be opened like that"),
        lazy_gettext("It only takes a form sent from the studio. Nothing was changed."),
    ),
    413: (
        lazy_gettext("That is too big"),
        lazy_gettext("A form may carry up to 8 MB. Nothing was changed. Go back and make it smaller."),
    ),
    500: (
        lazy_gettext("Something went wrong on our side"),
        lazy_gettext(
            "What you were doing was not kept, and nothing was left half done. The details are in the log. Try again in a moment."
        ),
    ),
}

_TOO_SLOW = (
    lazy_gettext("This takes too long"),
    lazy_gettext("The question was stopped so that nobody else has to wait. Ask with fewer conditions, or later. Nothing was changed."),
)
_TOO_LARGE_A_FILE = lazy_gettext("A file may have up to 200 MB. Nothing was kept. Split it and bring the parts one after the other.")

_BARE = """<!doctype html><html lang="es"><meta charset="utf-8"><title>mailflow</title>
<h1>Algo ha fallado</h1><p>No se ha quedado nada a medias. Prueba otra vez en un momento.</p>
<h1 lang="en">Something went wrong</h1><p lang="en">Nothing was left half done. Try again in a moment.</p></html>"""

_BUSY = """<!doctype html><html lang="es"><meta charset="utf-8"><title>mailflow</title>
<h1>Ahora mismo hay mucho trabajo</h1><p>No se ha cambiado nada. Prueba otra vez en unos segundos.</p>
<h1 lang="en">There is a lot going on right now</h1><p lang="en">Nothing was changed. Try again in a few seconds.</p></html>"""
_SECONDS_TO_WAIT = "5"


def answer_in_words(app: Flask) -> None:
    """Let ``app`` answer every refusal and every bug with a page in the reader's language, never a traceback."""
    app.register_error_handler(HTTPException, _page)
    app.register_error_handler(InternalServerError, _bug)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(TooSlowError, _too_slow)


def _page(problem: HTTPException) -> tuple[str, int]:
    code = 403 if type(problem).__name__ == "CSRFError" else problem.code or 500
    title, text = _WORDS.get(code) or _WORDS[400 if code < 500 else 500]
    text = _TOO_LARGE_A_FILE if code == 413 and request.endpoint == "imports.upload" and current_user.is_authenticated else text
    return render_template("studio/failure.html", code=code, title=title, text=text, home=url_for("dashboard.index")), code


def _too_slow(_problem: TooSlowError) -> tuple[str, int]:
    title, text = _TOO_SLOW
    return render_template("studio/failure.html", code=503, title=title, text=text, home=url_for("dashboard.index")), 503


def _bug(problem: HTTPException) -> tuple[str, int]:
    """The page of words; where even that cannot be made (the database is away, say), words alone."""
    try:
        return _page(problem)
    except Exception:
        current_app.logger.exception("the page about a failure failed too")
        return _BARE, 500


def _busy(problem: OperationalError) -> tuple[str, int, dict[str, str]]:
    """The database is busy: words alone, in both languages, since the page's frame would ask it again. Else it is a bug."""
    if not is_busy(problem):
        raise problem
    current_app.logger.error("the database did not answer", exc_info=problem)
    return _BUSY, 503, {"Retry-After": _SECONDS_TO_WAIT}
