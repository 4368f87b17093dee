"""Two records of one person: choosing the other one, seeing what would happen, and making them one."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.audience.fields import fields
from mailflow.audience.finding.search import search
from mailflow.audience.models import Field, Subscriber
from mailflow.audience.queries import lists
from mailflow.foundation.language import pick
from mailflow.people.merging import merge
from mailflow.people.planning import plan_merge
from mailflow.people.words import MergeReason
from mailflow.studio.language import current_language
from mailflow.studio.pages.subscribers import phrases
from mailflow.studio.pages.subscribers.naming import name_of
from mailflow.studio.pages.subscribers.person import said_of
from mailflow.studio.pages.subscribers.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant, current_ring

_CANDIDATES = 8


@blueprint.get("/<int:subscriber_id>/merge")
@staff
def merge_page(subscriber_id: int) -> str:
    """Look for the other record; with ``other``, what would become of both. ``keep`` says which of them stays."""
    text, other_id = request.args.get("q", "")[:200], request.args.get("other", type=int)
    with current_database().read() as session:
        person = session.get(Subscriber, subscriber_id) or abort(404)
        if other_id is None:
            return render_template(
                "studio/subscribers/merge.html", person=person, name=name_of(session, person), q=text, found=_found(session, person, text)
            )
        other = session.get(Subscriber, other_id) or abort(404)
        if other.id == person.id:
            abort(404)
        kept, gone = (other, person) if request.args.get("keep") == "other" else (person, other)
        registry = {field.key: field for field in fields(session)}
        return render_template(
            "studio/subscribers/merge.html",
            person=person, name=name_of(session, person), other=other, kept=kept, gone=gone,
            names={one.id: name_of(session, one) for one in (kept, gone)},
            plan=plan_merge(session, kept, gone, ring=current_ring()),
            words=lambda key, value: _words(registry[key], value),
            labels={key: pick(field.label, current_language()) for key, field in registry.items()},
            list_names={one.id: pick(one.name, current_language()) for one in lists(session)},
            phrases=phrases,
        )  # fmt: skip


@blueprint.post("/<int:subscriber_id>/merge")
@staff
def merge_now(subscriber_id: int) -> Response:
    """Make the two records one."""
    gone = request.form.get("gone", type=int) or abort(404)
    take = [name.removeprefix("value-") for name, side in request.form.items() if name.startswith("value-") and side == "gone"]
    with current_database().begin() as session:
        outcome = merge(session, subscriber_id, gone, by=current_user.id, now=current_instant(), ring=current_ring(), take=take)
    if outcome.reason is MergeReason.UNKNOWN:
        abort(404)
    flash(_("The two records are one now. Everything that had happened is here."))
    return redirect(url_for("subscribers.show", subscriber_id=subscriber_id), 303)


def _found(session: Session, person: Subscriber, text: str) -> list[tuple[Subscriber, str]]:
    """Who may be the other one: what was typed, or at first who has the same name."""
    people = search(session, text or name_of(session, person), limit=_CANDIDATES + 1).people
    rows = [session.get_one(Subscriber, one) for one in people if one != person.id]
    return [(row, name_of(session, row)) for row in rows[:_CANDIDATES]]


def _words(field: Field, value: object) -> str:
    return ", ".join(said_of(field, value).values)
