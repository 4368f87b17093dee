"""Mending one person's record: what is known of her, who looks after her, and her address."""

from dataclasses import dataclass, replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.audience.address import read_address
from mailflow.audience.fields import fields, parse
from mailflow.audience.models import Field, Subscriber
from mailflow.audience.profile import values
from mailflow.audience.records.editing import Edit, edit
from mailflow.audience.words import FieldKind, Telephone
from mailflow.foundation.accounts import User
from mailflow.foundation.decimals import figures
from mailflow.foundation.language import pick
from mailflow.people.addressing import change_address
from mailflow.people.words import AddressOutcome, AddressReason
from mailflow.studio.language import current_language
from mailflow.studio.pages.subscribers import phrases
from mailflow.studio.pages.subscribers.naming import name_of
from mailflow.studio.pages.subscribers.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant, current_ring


@dataclass(frozen=True)
class Ask:
    """One field as the form shows it: text, date, select or boxes."""

    key: str
    look: str
    label: str
    options: list[tuple[str, str]]
    value: Any
    public: bool


@blueprint.get("/<int:subscriber_id>/edit")
@staff
def editor(subscriber_id: int) -> str:
    """The form with what is known now."""
    with current_database().read() as session:
        person = session.get(Subscriber, subscriber_id) or abort(404)
        known = values(session, [person.id])[person.id]
        return _form(session, person, {key: _as_typed(value) for key, value in known.items()})


@blueprint.post("/<int:subscriber_id>/edit")
@staff
def save(subscriber_id: int) -> str | Response:
    """Keep what was mended, or say what cannot be read; then nothing is kept."""
    with current_database().begin() as session:
        person = session.get(Subscriber, subscriber_id) or abort(404)
        asked = _asked(session)
        parsed = parse(asked, request.form.to_dict(flat=False), today=current_instant().date())
        if parsed.errors:
            typed = {field.key: request.form.getlist(field.key) for field in asked}
            return _form(session, person, typed, {key: phrases.field_fault(fault) for key, fault in parsed.errors.items()})
        said = {field.key: parsed.values.get(field.key) for field in asked}
        owner = request.form.get("owner", type=int)
        wanted = Edit(said, request.form.get("language"), owner if owner in dict(_colleagues(session)) else None)
        changed = edit(session, person, wanted, by=current_user.id, now=current_instant())
    flash(_("Saved.") if changed else _("Nothing was changed."))
    return redirect(url_for("subscribers.show", subscriber_id=subscriber_id), 303)


@blueprint.post("/<int:subscriber_id>/address")
@staff
def readdress(subscriber_id: int) -> str | Response:
    """Give her another address, or say why not."""
    typed = request.form.get("email", "")
    read = read_address(typed)
    with current_database().begin() as session:
        person = session.get(Subscriber, subscriber_id) or abort(404)
        outcome = change_address(session, person, read, by=current_user.id, now=current_instant(), ring=current_ring())
        if outcome.reason not in (AddressReason.CHANGED, AddressReason.SAME):
            known = {key: _as_typed(value) for key, value in values(session, [person.id])[person.id].items()}
            return _form(session, person, known, {"email": _refused(outcome)}, email=typed, taken_by=outcome.taken_by)
    flash(_("The address is changed. What had happened stays here."))
    return redirect(url_for("subscribers.show", subscriber_id=subscriber_id), 303)


def _refused(outcome: AddressOutcome) -> str:
    if outcome.suggestion:
        return str(_("That domain cannot be found. Is it %(address)s?", address=outcome.suggestion))
    return str(phrases.ADDRESS_REASONS[outcome.reason])


def _form(session: Session, person: Subscriber, said: dict[str, Any], problems: dict[str, str] | None = None, **more: Any) -> str:
    return render_template(
        "studio/subscribers/edit.html",
        person=person,
        name=name_of(session, person),
        asks=[replace(_ask(field), value=said.get(field.key, "")) for field in _asked(session)],
        colleagues=_colleagues(session),
        language=request.form.get("language", person.language or ""),
        owner=request.form.get("owner", person.owner_id or ""),
        problems=problems or {},
        email=more.get("email", person.email),
        taken_by=more.get("taken_by"),
    )


def _asked(session: Session) -> list[Field]:
    return [field for field in fields(session) if field.archived_at is None]


def _ask(field: Field) -> Ask:
    options = [(str(one["key"]), pick(one["label"], current_language())) for one in field.options]
    if field.kind == FieldKind.BOOLEAN:
        options = [("yes", str(_("yes"))), ("no", str(_("no")))]
    look = {FieldKind.MANY_OF: "boxes", FieldKind.DATE: "date"}.get(FieldKind(field.kind), "select" if options else "text")
    return Ask(field.key, look, pick(field.label, current_language()), options, "", field.public)


def _colleagues(session: Session) -> list[tuple[int, str]]:
    return [(one.id, one.name or one.email) for one in session.scalars(select(User).where(User.disabled_at.is_(None)).order_by(User.name))]


def _as_typed(value: Any) -> Any:
    """A value as the form's parser reads it back."""
    if isinstance(value, list):
        return value
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, Telephone):
        return [value.typed]
    if isinstance(value, int):
        return [f"{value / 100:.2f}"]
    return [figures(value) if isinstance(value, float) else str(value)]
