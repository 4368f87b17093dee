"""Segments of fixed people in the studio: kept from another segment as it is now, added to by address, taken out of one by one."""

from datetime import datetime

from flask import flash, redirect, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mailflow.foundation.database import Database
from mailflow.foundation.language import pick
from mailflow.segments.by_hand import create_by_hand, put_in_addresses, put_in_slice, take_out
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.queries import is_by_hand
from mailflow.segments.save import free_name
from mailflow.segments.words import Tree, TreeError
from mailflow.studio.language import current_language
from mailflow.studio.pages.segments.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

MOST_LETTERS = 100_000
"""Of addresses pasted at once."""


@blueprint.post("/<int:segment_id>/snapshot")
@staff
def snapshot(segment_id: int) -> Response:
    """Make a segment of the people who are in this one now; it stays as it is, whatever they do."""
    database, now = current_database(), current_instant()
    with database.begin() as session:
        original = found(session, segment_id)
        try:
            tree = read_tree(catalogue(session), original.tree, own_id=original.id)
        except TreeError as problem:
            flash(pick(problem.faults[0].message, current_language()), "bad")
            return redirect(url_for("segments.edit", segment_id=segment_id), 303)
        wanted = _("%(name)s, as of %(day)s", name=pick(original.name, current_language())[:60], day=format_date(now))
        kept = create_by_hand(session, free_name(session, wanted), now=now).segment
    if kept is None:
        return redirect(url_for("segments.edit", segment_id=segment_id), 303)
    fill(database, kept.id, tree, now=now)
    flash(_("These people are kept as they are now."))
    return redirect(url_for("segments.edit", segment_id=kept.id), 303)


def fill(database: Database, segment_id: int, tree: Tree, *, now: datetime) -> None:
    """Put in everybody whom the tree holds, a slice at a time."""
    last: int | None = 0
    while last is not None:
        with database.begin() as session:
            last = put_in_slice(session, segment_id, tree, last, now=now)


@blueprint.post("/<int:segment_id>/people")
@staff
def add_people(segment_id: int) -> Response:
    """Put in who has the addresses written, one a line."""
    written = request.form.get("addresses", "")[:MOST_LETTERS].replace(",", "\n").replace(";", "\n").split("\n")
    with current_database().begin() as session:
        segment = found(session, segment_id)
        if is_by_hand(segment.id, segment.tree):
            added, unknown = put_in_addresses(session, segment_id, written, now=current_instant())
            flash(_("%(added)s added; %(unknown)s addresses are not known here.", added=added, unknown=unknown))
    return redirect(url_for("segments.edit", segment_id=segment_id), 303)


@blueprint.post("/<int:segment_id>/people/<int:subscriber_id>/remove")
@staff
def remove_person(segment_id: int, subscriber_id: int) -> Response:
    """Take one person out; she stays in her lists."""
    with current_database().begin() as session:
        take_out(session, found(session, segment_id).id, subscriber_id)
    flash(_("Removed from the segment."))
    return redirect(url_for("segments.edit", segment_id=segment_id), 303)
