"""Bringing in a file of people who want no advertising."""

from typing import BinaryIO, cast

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from mailflow.audience.robinson import Terms, bring_in, slices, tell
from mailflow.audience.words import Scope, SuppressionReason
from mailflow.studio.formats import number
from mailflow.studio.pages.suppression import phrases
from mailflow.studio.pages.suppression.page import LONGEST_NOTE, show
from mailflow.studio.pages.suppression.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant, current_ring


@blueprint.post("/import")
@staff
def bring() -> Response | tuple[str, int]:
    """Keep every address or digest of the file, some thousand at a time; a second try takes none twice."""
    file, scope = request.files.get("file"), request.form.get("list_scope", "")
    if file is None or not file.filename:
        return show({"file": _("Choose a file: one address, or one SHA-256 or MD5 of an address, a line.")}), 422
    with current_database().read() as session:
        wanted = scope if scope in phrases.scopes(session) else Scope.MARKETING.value
    terms = Terms(wanted, SuppressionReason.ROBINSON, f"user:{current_user.id}", file.filename[:LONGEST_NOTE])
    added, known, unread = _carry(cast("BinaryIO", file.stream), terms)
    if not added + known:
        return show({"file": _("No line of this file holds an address, or a SHA-256 or MD5 of one.")}), 422
    said = ngettext("One is new", "%(count)s are new", added, count=number(added)) + ", "
    said += ngettext("one was known", "%(count)s were known", known, count=number(known)) + ", "
    said += ngettext("one line could not be read", "%(count)s lines could not be read", unread, count=number(unread))
    flash(_("The list is in: %(said)s.", said=said))
    return redirect(url_for("suppression.index"), 303)


def _carry(file: BinaryIO, terms: Terms) -> tuple[int, int, int]:
    added = seen = unread = 0
    for some in slices(file, ring=current_ring()):
        with current_database().begin() as session:
            added += bring_in(session, some, terms, now=current_instant())
        seen, unread = seen + len(some.marks), unread + some.unread
    with current_database().begin() as session:
        tell(session, terms, added, now=current_instant())
    return added, seen - added, unread
