"""People of a search, or of an import, kept as a segment that stays as it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.audience.importing.models import Import
from mailflow.audience.models import List
from mailflow.foundation.limited import Limit
from mailflow.segments.by_hand import create_by_hand, put_in
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.people import MOST_FOUND, Wanted, find_people
from mailflow.segments.save import free_name
from mailflow.segments.words import Tree, TreeError
from mailflow.studio.pages.segments.by_hand import fill
from mailflow.studio.pages.segments.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

LONGEST_SEARCH = 200


@blueprint.post("/found")
@staff
def keep_found() -> Response:
    """Make a segment of whom the search or the import named in the form finds now."""
    database, now = current_database(), current_instant()
    with database.read() as session:
        name, tree = _asked(session, request.form, now)
        people = _people(session, request.form, tree, now)
    if people == []:
        flash(_("Nobody is found any more, so no segment was made."), "bad")
        return redirect(url_for("subscribers.index"), 303)
    with database.begin() as session:
        kept = create_by_hand(session, free_name(session, name), now=now).segment or abort(400)
        put_in(session, kept.id, people or (), now=now)
    if people is None:
        fill(database, kept.id, tree, now=now)
    flash(_("Kept as a segment: they stay in it, whatever they do."))
    return redirect(url_for("segments.edit", segment_id=kept.id), 303)


def _asked(session: Session, form: Mapping[str, Any], now: datetime) -> tuple[str, Tree]:
    """What to call the segment, and the conditions that the search has beside its text; a 404 page when they name what is gone."""
    name = _("People found on %(day)s", day=format_date(now))
    conditions: list[dict[str, Any]] = []
    if brought := _number(form, "import"):
        row = session.get(Import, brought) or abort(404)
        name = _("%(name)s, as of %(day)s", name=row.name[:60], day=format_date(now))
        conditions.append({"origin": [f"import:{row.id}"]})
    if its_list := _number(form, "list"):
        conditions.append({"list": (session.get(List, its_list) or abort(404)).slug, "is": "confirmed"})
    if segment := _number(form, "segment"):
        conditions.append({"segment": segment})
    try:
        return name, read_tree(catalogue(session), {"all": conditions})
    except TreeError:
        abort(404)


def _people(session: Session, form: Mapping[str, Any], tree: Tree, now: datetime) -> list[int] | None:
    """Whom the text finds; None without one."""
    text = str(form.get("q", ""))[:LONGEST_SEARCH]
    if not text.strip():
        return None
    with Limit().on(session):
        return [one.id for one in find_people(session, Wanted(text, tree=tree), now=now, limit=MOST_FOUND).people]


def _number(form: Mapping[str, Any], key: str) -> int | None:
    said = str(form.get(key, ""))
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None
