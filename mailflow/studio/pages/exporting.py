"""Taking people's data out: who, which columns, which form; and who took what before."""

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from mailflow.audience.exporting.taken import taken_lately
from mailflow.audience.fields import fields
from mailflow.audience.queries import lists
from mailflow.content.headers import disposition
from mailflow.foundation.language import pick
from mailflow.segments.exporting.take import Taken
from mailflow.segments.exporting.words import EVERYBODY, MEDIA_TYPES, ExportError, Form, Own, Wanted
from mailflow.segments.queries import segments
from mailflow.studio.language import current_language
from mailflow.studio.pages.suppression.phrases import who
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

blueprint = Blueprint("exporting", __name__, url_prefix="/export")


@blueprint.get("/")
@staff
def index() -> str:
    """What can be taken out, and who took something last."""
    return _page(request.args.get("what", EVERYBODY), {})


@blueprint.post("/")
@staff
def take() -> Response | tuple[str, int]:
    """The file, sent while it is made."""
    form = request.form.get("form", "")
    what, columns = request.form.get("what", EVERYBODY), tuple(request.form.getlist("columns"))
    wanted = Wanted(what, columns, Form(form) if form in set(Form) else Form.CSV, comma=current_language() == "es")
    try:
        taken = Taken(current_database(), wanted, now=current_instant())
    except ExportError as error:
        words = {
            "no-columns": _("Choose at least one column."),
            "no-column": _("One of these columns is gone. Choose again."),
        }
        place = "columns" if error.word in words else "what"
        return _page(what, {place: words.get(error.word, _("That list or segment cannot be read any more. Choose again."))}), 422
    with current_database().begin() as session:
        taken.begin(session, by=f"user:{current_user.id}", now=current_instant())
        name = f"{dict(_whose(session)).get(what, what)} {current_instant():%Y-%m-%d}"
    headers = {"Content-Disposition": disposition(name, wanted.form)}
    return Response(stream_with_context(_pieces(taken)), mimetype=MEDIA_TYPES[wanted.form], headers=headers)


def _pieces(taken: Taken) -> Iterator[bytes]:
    yield from taken.pieces()
    with current_database().begin() as session:
        taken.end(session)


def _page(what: str, problems: dict[str, str]) -> str:
    with current_database().read() as session:
        whose = _whose(session)
        return render_template(
            "studio/exporting/index.html",
            what=what,
            whose=whose,
            names=dict(whose),
            columns=_columns(session),
            lately=taken_lately(session),
            who=who(session),
            problems=problems,
        )


def _whose(session: Session) -> list[tuple[str, str]]:
    language = current_language()
    found = [(EVERYBODY, str(_("Everybody")))]
    found += [(f"list:{one.id}", str(_("The list “%(list)s”", list=pick(one.name, language)))) for one in lists(session)]
    return found + [
        (f"segment:{one.id}", str(_("The segment “%(segment)s”", segment=pick(one.name, language)))) for one in segments(session)
    ]


def _columns(session: Session) -> list[tuple[str, str]]:
    own = {
        Own.EMAIL: _("Address"),
        Own.LANGUAGE: _("Language"),
        Own.LISTS: _("Lists"),
        Own.SOURCE: _("Came through"),
        Own.JOINED: _("Joined"),
        Own.TRACKING: _("Measuring"),
    }
    every = [(key.value, str(word)) for key, word in own.items()]
    return every + [(field.key, pick(field.label, current_language())) for field in fields(session) if field.key not in set(Own)]
