"""The MJML tab: a newsletter's own copy of its source, with the compiler's faults at their lines."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mailflow.content import drafts
from mailflow.content.library import bundled_library
from mailflow.content.models import Newsletter
from mailflow.content.words import CompileError
from mailflow.studio.language import current_language
from mailflow.studio.pages.newsletters.editing import Desk, desk_of
from mailflow.studio.pages.newsletters.proofs import Proof
from mailflow.studio.pages.newsletters.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant


@blueprint.get("/<int:newsletter_id>/source")
@staff
def source(newsletter_id: int) -> str:
    """The source as it is kept; the template's own until the writer changes it."""
    desk = desk_of(newsletter_id)
    return _page(desk, desk.newsletter.mjml or _original(desk.newsletter))


def _page(desk: Desk, shown: str) -> str:
    numbered = [(words, fault) for words, fault in desk.proof.told if fault.line or fault.where in {"mjml", "template"}]
    return render_template(
        "studio/newsletters/source.html",
        desk=desk,
        newsletter=desk.newsletter,
        shown=shown,
        lines=shown.splitlines(),
        faults=numbered,
        language=current_language(),
    )


@blueprint.post("/<int:newsletter_id>/source")
@staff
def save_source(newsletter_id: int) -> Response | tuple[str, int]:
    """Keep the source as typed, broken or not, or go back to the template's; too long for any mail, it is shown again."""
    with current_database().begin() as session:
        newsletter = found(session, newsletter_id)
        original = _original(newsletter)
        given = request.form.get("mjml", "").replace("\r\n", "\n").strip("\n")
        own = "" if request.form.get("do") == "template" or given == original.strip("\n") else given
        was = (newsletter.subject, newsletter.preheader)
        refused = drafts.too_long(subject="", preheader="", slots={}, mjml=own)
        if not refused:
            drafts.save(session, newsletter, subject=was[0], preheader=was[1], slots={}, mjml=own, now=current_instant())
    if refused:
        desk = desk_of(newsletter_id)
        flash(_("Nothing was saved: something is too long for a mail. What you typed is still here."), "bad")
        return _page(replace(desk, proof=Proof(None, tuple(refused), design=desk.design)), given), 422
    flash(_("Saved.") if own else _("This newsletter uses its template's source again."))
    return redirect(url_for("newsletters.source", newsletter_id=newsletter_id), 303)


def _original(newsletter: Newsletter) -> str:
    try:
        return bundled_library().source(newsletter.template, "newsletter")[0]
    except CompileError:
        return ""
