"""One person's page, and what staff may do there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.audience.fields import fields
from mailflow.audience.leaving import leave
from mailflow.audience.models import Field, Form, Subscription, Suppression
from mailflow.audience.queries import SubscriberPage, lists, subscriber_page
from mailflow.audience.records.notes import notes
from mailflow.audience.records.numbers import number_now
from mailflow.audience.rules import age
from mailflow.audience.suppression import gets_nothing
from mailflow.audience.suppression_page import look_up
from mailflow.audience.words import FieldKind, LeaveMethod, LeaveReason, Telephone
from mailflow.foundation.language import pick
from mailflow.studio.formats import day, money, number
from mailflow.studio.language import current_language
from mailflow.studio.mail_names import way_in
from mailflow.studio.pages.subscribers import history, phrases
from mailflow.studio.pages.subscribers.naming import full_name
from mailflow.studio.pages.subscribers.routes import blueprint
from mailflow.studio.pages.suppression import phrases as blocking
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant, current_ring


@dataclass(frozen=True)
class Said:
    """One field of the profile: its label, and the values in words."""

    label: str
    values: list[str]


@blueprint.get("/<int:subscriber_id>")
@staff
def show(subscriber_id: int) -> str | Response:
    """Everything known of one person."""
    topic, before = request.args.get("show"), request.args.get("before", type=int)
    with current_database().read() as session:
        if (standing := number_now(session, "subscriber", subscriber_id)) != subscriber_id:
            return redirect(url_for("subscribers.show", subscriber_id=standing))
        page = subscriber_page(session, subscriber_id) or abort(404)
        happenings, older = history.happenings(session, subscriber_id, topic, before=before)
        messages, message_count = history.letters(session, subscriber_id)
        return render_template(
            "studio/subscribers/show.html",
            page=page,
            person=page.person,
            name=full_name(page.values) or page.person.email,
            owner=history.user_names(session).get(page.person.owner_id or 0),
            users=history.user_names(session),
            notes=notes(session, subscriber_id),
            in_segments=history.in_segments(session, subscriber_id, now=current_instant()),
            former=history.former_addresses(session, subscriber_id),
            blocked=gets_nothing(session, page.person.email, ring=current_ring(), now=current_instant()),
            blocks=_blocks(session, page.person.email),
            block_words=blocking,
            scopes=blocking.scopes(session),
            who=blocking.who(session),
            profile=_profile(session, page),
            forms={one.slug: pick(one.title, current_language()) for one in session.scalars(select(Form))},
            way_in=way_in,
            list_names={one.id: pick(one.name, current_language()) for one in lists(session)},
            topic=topic if topic in history.TOPICS else None,
            happenings=happenings,
            older=older,
            newest=before is None,
            messages=messages,
            message_count=message_count,
            orders=history.bought(session, subscriber_id),
            codes=history.given(session, subscriber_id),
            phrases=phrases,
            now=current_instant(),
        )


@blueprint.post("/<int:subscriber_id>/lists/<int:subscription_id>/leave")
@staff
def take_off(subscriber_id: int, subscription_id: int) -> Response:
    """Take a person off one list because she asked for it on the phone, say."""
    with current_database().begin() as session:
        place = session.get(Subscription, subscription_id)
        if place is None or place.subscriber_id != subscriber_id:
            abort(404)
        outcome = leave(session, subscription_id, method=LeaveMethod.STAFF, now=current_instant())
    done = outcome.reason is LeaveReason.LEFT
    flash(_("Taken off the list. No more mails of it go to this person.") if done else _("This person had left that list already."))
    return redirect(url_for("subscribers.show", subscriber_id=subscriber_id), 303)


def _blocks(session: Session, email: str) -> Sequence[Suppression]:
    known = look_up(session, email, ring=current_ring())
    return known.rows if known else ()


def _profile(session: Session, page: SubscriberPage) -> list[Said]:
    return [said_of(field, page.values[field.key]) for field in fields(session) if field.key in page.values]


def said_of(field: Field, value: Any) -> Said:
    """A field and its value, as a person reads them."""
    language = current_language()
    options = {str(one["key"]): pick(one["label"], language) for one in field.options}
    many = value if isinstance(value, list) else [value]
    if field.kind == FieldKind.MONEY:
        return Said(pick(field.label, language), [money(cents, field.currency) for cents in many])
    return Said(pick(field.label, language), [_words(one, options, born=field.key == "birth_date") for one in many])


def _words(value: Any, options: dict[str, str], *, born: bool) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, date):
        written = day(value)
        return f"{written} ({age(value, current_instant().date())})" if born else written
    if isinstance(value, float):
        return number(value, 0 if value.is_integer() else 2)
    return value.typed if isinstance(value, Telephone) else options.get(str(value), str(value))
