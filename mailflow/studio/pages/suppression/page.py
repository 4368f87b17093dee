"""One address looked up; putting on and taking off."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from mailflow.audience.lifting import Lifted, let_her_ask, lift
from mailflow.audience.suppression import mark_of, suppress
from mailflow.audience.suppression_page import counted, domains, lately, look_up
from mailflow.audience.words import HERS_ALONE, Scope, SuppressionReason
from mailflow.studio.pages.suppression import phrases
from mailflow.studio.pages.suppression.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant, current_ring

LONGEST = 320
LONGEST_NOTE = 200


@blueprint.get("/")
@staff
def index() -> str:
    """What is kept of an address, and the whole in figures."""
    return show()


def show(problems: dict[str, str] | None = None) -> str:
    """The page, with what was wrong in what was sent."""
    typed = request.args.get("q", "").strip()[:LONGEST]
    with current_database().read() as session:
        return render_template(
            "studio/suppression/index.html",
            q=typed,
            known=look_up(session, typed, ring=current_ring()) if typed else None,
            counts=counted(session),
            domains=domains(session),
            lately=lately(session),
            scopes=phrases.scopes(session),
            who=phrases.who(session),
            hers_alone=HERS_ALONE,
            phrases=phrases,
            problems=problems or {},
            answers=request.form,
            now=current_instant(),
        )


@blueprint.post("/add")
@staff
def add() -> Response | tuple[str, int]:
    """Put an address or a domain on."""
    typed, scope = request.form.get("what", "").strip()[:LONGEST], request.form.get("scope", "")
    mark = mark_of(typed, ring=current_ring())
    with current_database().read() as session:
        known_scopes = phrases.scopes(session)
    if mark is None:
        return show({"what": _("Write an address such as ana@example.com, or a domain such as @example.com.")}), 422
    with current_database().begin() as session:
        new = suppress(
            session,
            mark,
            SuppressionReason.BY_HAND,
            ring=current_ring(),
            now=current_instant(),
            scope=scope if scope in known_scopes else Scope.MARKETING,
            by=f"user:{current_user.id}",
            note=request.form.get("note", "").strip()[:LONGEST_NOTE],
        )
    flash(_("Blocked. It holds from this moment, for mails that wait as well.") if new else _("It was blocked already."))
    return redirect(url_for("suppression.index", q=typed), 303)


@blueprint.post("/<int:number>/lift")
@staff
def take_off(number: int) -> Response:
    """Take a row off, or let its owner sign up again."""
    verb = let_her_ask if request.form.get("do") == "ask" else lift
    note = request.form.get("note", "")[:LONGEST_NOTE]
    with current_database().begin() as session:
        outcome = verb(session, number, by=f"user:{current_user.id}", note=note, now=current_instant())
    words = {
        Lifted.LIFTED: _("Unblocked. Mail may go there again."),
        Lifted.ASKED: _("For a week they may sign up again with a form. The button in the mail they get then takes all of this off."),
        Lifted.NO_NOTE: _("Say why, so that whoever looks next year knows."),
        Lifted.HERS_ALONE: _("Only they themselves can take this back, by signing up again."),
        Lifted.UNKNOWN: _("That was unblocked already."),
    }
    flash(words[outcome], "message" if outcome in (Lifted.LIFTED, Lifted.ASKED) else "bad")
    return redirect(url_for("suppression.index", q=request.form.get("q", "")[:LONGEST] or None), 303)
