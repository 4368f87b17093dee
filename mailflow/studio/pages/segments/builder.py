"""The builder: a form that is sent as it grows; only Save keeps anything."""

from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import waiting_with_segment
from mailflow.foundation.language import pick
from mailflow.segments.by_hand import latest
from mailflow.segments.describe import describe
from mailflow.segments.facts import fact
from mailflow.segments.models import Segment
from mailflow.segments.queries import is_by_hand
from mailflow.segments.save import LONGEST_NAME, SaveOutcome, SaveReason, change, create, delete, free_name
from mailflow.studio.company import company
from mailflow.studio.hours import hour_words
from mailflow.studio.language import current_language
from mailflow.studio.pages.segments.desk import Desk, lay_out, offer_of, typed_tree
from mailflow.studio.pages.segments.nodes import Branch, Row, act, read_form
from mailflow.studio.pages.segments.reading import stored_nodes
from mailflow.studio.pages.segments.routes import blueprint, found
from mailflow.studio.pages.segments.shapes import boxes, ops, whats
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant


@blueprint.get("/new")
@staff
def new() -> str:
    """An empty segment with one row: an open one, or where people came by, when the address says so."""
    origin = request.args.get("origin", "")[:200]
    row = Row("origin", "in", {"value": [origin]}) if origin else Row()
    with current_database().read() as session:
        desk = lay_out(session, Branch("all", [row]), own_id=None, now=current_instant())
        return _page(session, desk, None, "")


@blueprint.get("/<int:segment_id>")
@staff
def edit(segment_id: int) -> str:
    """A saved segment, as it counts now."""
    with current_database().read() as session:
        segment = found(session, segment_id)
        root = stored_nodes(segment.tree, offer_of(session, segment.id).fields)
        desk = lay_out(session, root, own_id=segment.id, who=request.args.get("who", ""), now=current_instant())
        return _page(session, desk, segment, pick(segment.name, current_language()))


@blueprint.post("/preview")
@blueprint.post("/<int:segment_id>/preview")
@staff
def preview(segment_id: int | None = None) -> str:
    """The same page with the row added, removed or changed; nothing is kept."""
    root = read_form(request.form)
    focus = act(root, request.form.get("do", ""))
    with current_database().read() as session:
        segment = found(session, segment_id) if segment_id else None
        desk = lay_out(session, root, own_id=segment_id, who=request.form.get("who", ""), now=current_instant())
        return _page(session, desk, segment, request.form.get("name", ""), focus=focus)


@blueprint.post("/")
@blueprint.post("/<int:segment_id>")
@staff
def save(segment_id: int | None = None) -> Response | tuple[str, int]:
    """Keep the segment, or a copy of it; when something needs mending, say what and keep what was typed."""
    if request.form.get("do") not in ("save", "copy"):
        return preview(segment_id), 200  # no other button keeps anything
    root, name = read_form(request.form), request.form.get("name", "")
    with current_database().begin() as session:
        segment = found(session, segment_id) if segment_id else None
        kept = segment if request.form.get("do") != "copy" else None
        if segment is not None and kept is None and name.strip() == pick(segment.name, current_language()):
            name = _name_of_copy(session, segment)
        outcome = _keep(session, kept, name, typed_tree(root, offer_of(session, kept.id if kept else None)))
    if outcome.segment is not None:
        flash(_("Saved."))
        return redirect(url_for("segments.edit", segment_id=outcome.segment.id), 303)
    with current_database().read() as session:
        desk = lay_out(session, root, own_id=kept.id if kept else None, who=request.form.get("who", ""), now=current_instant())
        return _page(session, desk, segment, name, problems=_problems(outcome)), 422


@blueprint.post("/<int:segment_id>/copy")
@staff
def copy(segment_id: int) -> Response:
    """Make a segment of one's own from any, a ready one among them, and open it."""
    with current_database().begin() as session:
        original = found(session, segment_id)
        outcome = create(session, _name_of_copy(session, original), original.tree, now=current_instant())
    if outcome.segment is None:
        flash(_refusal(outcome), "bad")
        return redirect(url_for("segments.edit", segment_id=segment_id), 303)
    flash(_("This is the copy. The original stays as it was."))
    return redirect(url_for("segments.edit", segment_id=outcome.segment.id), 303)


def _name_of_copy(session: Session, original: Segment) -> str:
    return free_name(session, _("Copy of %(name)s", name=pick(original.name, current_language())))


def _keep(session: Session, segment: Segment | None, name: str, tree: dict[str, Any]) -> SaveOutcome:
    now = current_instant()
    return create(session, name, tree, now=now) if segment is None else change(session, segment, name, tree, now=now)


@blueprint.post("/<int:segment_id>/delete")
@staff
def remove(segment_id: int) -> Response:
    """Take a segment away, unless something uses it."""
    with current_database().begin() as session:
        segment = found(session, segment_id)
        campaigns = uses_in_campaigns(session, segment_id)
        outcome = None if campaigns else delete(session, segment)
    if outcome and outcome.reason is SaveReason.DELETED:
        flash(_("The segment was deleted. Nobody was removed from any list."))
        return redirect(url_for("segments.index"), 303)
    used = ngettext("%(num)s campaign uses it, so it stays.", "%(num)s campaigns use it, so it stays.", campaigns)
    flash(used if outcome is None else _refusal(outcome), "bad")
    return redirect(url_for("segments.edit", segment_id=segment_id), 303)


def uses_in_campaigns(session: Session, segment_id: int) -> int:
    """How many campaigns were or will be narrowed by the segment."""
    return session.scalar(select(func.count()).select_from(Campaign).where(Campaign.segment_id == segment_id)) or 0


def _page(
    session: Session, desk: Desk, segment: Segment | None, name: str, *, focus: str | None = None, problems: dict[str, str] | None = None
) -> str:
    return render_template(
        "studio/segments/builder.html",
        desk=desk,
        segment=segment,
        name=name,
        focus=focus,
        problems=problems or {},
        whats=whats(desk.offer),
        words=partial(describe, language=current_language(), currency=company().currency, mailings=dict(desk.offer.mailings)),
        ops=ops,
        boxes=boxes,
        fact=lambda part: (
            fact(session, part, desk.person, now=current_instant(), language=current_language(), currency=company().currency)
            if desk.person
            else ""
        ),
        by_hand=latest(session, segment.id) if segment and is_by_hand(segment.id, segment.tree) else None,
        campaigns=uses_in_campaigns(session, segment.id) if segment else 0,
        waiting=[(one, hour_words(one)) for one in waiting_with_segment(session, segment.id)] if segment else [],
    )


def _problems(outcome: SaveOutcome) -> dict[str, str]:
    return {"name" if outcome.reason in (SaveReason.NAME, SaveReason.TAKEN) else "tree": _refusal(outcome)}


def _refusal(outcome: SaveOutcome) -> str:
    names = ", ".join(pick(one.name, current_language()) for one in outcome.needed_by)
    words = {
        SaveReason.NAME: _("Give the segment a name of up to %(most)s letters.", most=LONGEST_NAME),
        SaveReason.TAKEN: _("Another segment has this name: choose one that tells them apart."),
        SaveReason.TREE: _("Some conditions are not finished: each says below what it needs."),
        SaveReason.READY: _("A ready segment stays as it is. Save a copy instead."),
        SaveReason.NEEDED: _("Other segments need it as it is: %(names)s.", names=names),
    }
    return str(words[outcome.reason])
