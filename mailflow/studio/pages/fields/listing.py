"""Every field in the order in which it is asked, and changing that order."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailflow.audience.fields import fields
from mailflow.audience.registry import put_in_order
from mailflow.studio.pages.fields.phrases import kind_word
from mailflow.studio.pages.fields.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database


@blueprint.get("/")
@staff
def index() -> str:
    """What is asked in public, what only staff see, and what is asked no more."""
    with current_database().read() as session:
        registry = fields(session)
    live = [one for one in registry if one.archived_at is None]
    return render_template(
        "studio/fields/index.html",
        asked=[one for one in live if one.public],
        internal=[one for one in live if not one.public],
        archived=[one for one in registry if one.archived_at is not None],
        kind_word=kind_word,
    )


@blueprint.post("/<int:field_id>/move")
@staff
def move(field_id: int) -> Response:
    """One place up or down among its kind: asked in public, or for staff."""
    with current_database().begin() as session:
        row = found(session, field_id)
        registry = fields(session)
        keys = [one.key for one in registry]
        beside = [one.key for one in registry if one.archived_at is None and one.public == row.public]
        other = beside.index(row.key) + (1 if request.form.get("do") == "down" else -1) if row.key in beside else -1
        if 0 <= other < len(beside):
            here, there = keys.index(row.key), keys.index(beside[other])
            keys[here], keys[there] = keys[there], keys[here]
            put_in_order(session, keys)
    return redirect(url_for("fields.index", _anchor=f"field-{field_id}"), 303)
