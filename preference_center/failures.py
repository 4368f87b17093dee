"""When something goes wrong: a page that says what, and what to do now."""

from dataclasses import dataclass

from flask import Flask, current_app, render_template
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from mailflow.foundation.busy import is_busy

_SECONDS_TO_WAIT = "5"
_BUSY = """<!doctype html><html lang="es"><meta charset="utf-8"><title>mailflow</title>
<h1>Ahora mismo hay mucho trabajo</h1><p>No se ha cambiado nada. Prueba otra vez en unos segundos.</p>
<h1 lang="en">We are very busy right now</h1><p lang="en">Nothing was changed. Try again in a few seconds.</p></html>"""
_BARE = """<!doctype html><html lang="es"><meta charset="utf-8"><title>mailflow</title>
<h1>Algo ha fallado por nuestra parte</h1><p>No se ha cambiado nada. Prueba otra vez en un momento.</p>
<h1 lang="en">Something broke on our side</h1><p lang="en">Nothing was changed. Try again in a moment.</p></html>"""


@dataclass(frozen=True)
class Failure:
    """The words of one failure page."""

    title: str
    text: str
    ask_link: bool = False


def answer_in_words(app: Flask) -> None:
    """Answer every refused or failed request of ``app`` with a page in the reader's language."""
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(InternalServerError, _bug)
    app.register_error_handler(OperationalError, _busy)


def _answer(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or InternalServerError.code
    if code < 400:
        return error  # a redirect to the address with its slash, say
    return render_template("preference_center/failure.html", failure=_words(code)), code


def _bug(error: InternalServerError) -> tuple[str, int] | HTTPException:
    """The page of words; where even that cannot be made (a table is missing, say), words alone."""
    try:
        return _answer(error)
    except Exception:
        current_app.logger.exception("the page about a failure failed too")
        return _BARE, InternalServerError.code


def _busy(error: OperationalError) -> tuple[str, int, dict[str, str]]:
    """The database is busy: words alone, in both languages, since the page's frame would ask it again. Else it is a bug."""
    if not is_busy(error):
        raise error
    current_app.logger.error("the database did not answer", exc_info=error)
    return _BUSY, 503, {"Retry-After": _SECONDS_TO_WAIT}


def _words(code: int) -> Failure:
    known = {
        404: lambda: Failure(
            _("This page is not here"),
            _("The link may be cut off or changed. Open it again from the mail, or ask us for a new one."),
            ask_link=True,
        ),
        405: lambda: Failure(_("That does not work here"), _("Go back and use the button on the page.")),
        413: lambda: Failure(_("That was too much"), _("The form held more text than we can take. Shorten it and try again.")),
        429: lambda: Failure(_("Too many tries in a row"), _("Try again in ten minutes.")),
    }
    if code in known:
        return known[code]()
    if code >= 500:
        return Failure(_("Something broke on our side"), _("Nothing was changed. Try again in a moment."))
    return Failure(_("We did not understand that"), _("Nothing was changed. Go back and try again."))
