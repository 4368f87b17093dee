"""Preferences: what is in force for a person, and changing it; and asking for one's link by mail."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from mailflow.audience import preferences as verbs
from mailflow.audience.address import read_address
from mailflow.audience.fields import fields
from mailflow.audience.links import ask_link
from mailflow.audience.models import Field, List, Subscriber
from mailflow.audience.records.numbers import number_now
from mailflow.audience.words import Choices, Current, FieldFault, Parsed, Tracking
from mailflow.foundation.tokens import Purpose
from preference_center import form_guard, profile_form
from preference_center.faults import Fault, address_fault
from preference_center.language import current_language, use_language_of
from preference_center.security import public
from preference_center.surroundings import here, origin

blueprint = Blueprint("preferences", __name__)
LEAVE_EVERYTHING = "leave-everything"
SHOWN = "shown"
"""Hidden fields that name what a page asked: only that is changed, so an old page takes nothing away."""


@blueprint.get("/preferences/<token>")
@public
def show(token: str) -> str:
    """What is in force now, ready to be changed."""
    with here().database.read() as session:
        current = _current(session, token)
        return _render(session, token, current, _answers(session, current), [])


@blueprint.post("/preferences/<token>")
@public
def save(token: str) -> Response | tuple[str, int]:
    """Put the choices in force, or say what is wrong with them and change nothing."""
    with here().database.read() as session:
        current = _current(session, token)
        leaving = request.form.get("do") == LEAVE_EVERYTHING  # whatever else the form says: nothing may stand in the way of leaving
        shown = [] if leaving else [field for field in fields(session, public_only=True) if field.key in request.form.getlist(SHOWN)]
        parsed = _all_but_unknown(profile_form.read(shown, request.form, now=here().clock()), current)
        offered = verbs.offered_lists(session, current.subscriber_id)
        form_guard.note_unasked(request.form, fields(session, public_only=True), [one.slug for one in offered])
        if parsed.errors:
            return _render(session, token, current, request.form, profile_form.faults(shown, parsed)), 422
    _change(current, shown, parsed)
    return redirect(url_for("preferences.show", token=token, saved=1), 303)


@blueprint.get("/preferences")
@public
def ask() -> str:
    """A box for the address."""
    return _render_ask(MultiDict(), [])


@blueprint.post("/preferences")
@public
def send_link() -> Response | tuple[str, int]:
    """Send the link to whom it belongs; the answer is the same for known, unknown and suppressed addresses."""
    typed = request.form.get("email", "")
    address = read_address(typed, check_deliverability=here().settings.check_deliverability)
    guard = form_guard.fault_of(request.form, here().ring, now=here().clock())
    faults = [address_fault(address, typed)] if address.fault else [Fault("send", "send", guard)] if guard else []
    if faults:
        return _render_ask(request.form, faults), 422
    if not form_guard.is_trapped(request.form):
        with here().database.begin() as session:
            network = origin().network
            ask_link(session, address.email, language=current_language(), now=here().clock(), ring=here().ring, network=network)
    return redirect(url_for("preferences.link_sent"), 303)


@blueprint.get("/preferences/sent")
@public
def link_sent() -> str:
    """Look at your mail: the same page whoever asked."""
    return render_template("preference_center/link_sent.html")


def joining_words() -> str:
    """The sentence about receiving a newsletter that the page shows; it is kept with the consent."""
    return str(_("Ticked means that you get it."))


def tracking_words() -> dict[str, str]:
    """The sentences about measuring that the page shows, by level; the one chosen is kept with the consent."""
    return {
        Tracking.NONE: _("Measure nothing. My mails carry no counting picture, and links go straight to where they lead."),
        Tracking.AGGREGATE: _("Only count: how many people open a mail, never who."),
        Tracking.LAST_OPEN: _("Remember the day I last opened one, and nothing else, so that you stop writing when I no longer read."),
        Tracking.INDIVIDUAL: _("You may take into account what I open and buy, to send me what suits me."),
    }


def _current(session: Session, token: str) -> Current:
    meant = here().ring.mint.read(Purpose.PREFERENCES, token)
    current = verbs.current(session, number_now(session, "subscriber", meant.row_id)) if meant else None
    if current is None:
        abort(404)
    use_language_of(current.language)
    return current


def _all_but_unknown(parsed: Parsed, current: Current) -> Parsed:
    """What is required may not be taken away; where it was never said, it may not stand in the way of leaving a list."""
    errors = {key: fault for key, fault in parsed.errors.items() if fault is not FieldFault.MISSING or key in current.values}
    return Parsed(parsed.values, errors)


def _answers(session: Session, current: Current) -> MultiDict[str, str]:
    answers = profile_form.answers_from(current.values)
    offered = verbs.offered_lists(session, current.subscriber_id)
    answers.setlist("lists", [one.slug for one in offered if one.id in current.list_ids])
    answers["language"] = current.language or current_language()
    answers["tracking"] = current.tracking
    return answers


def _change(current: Current, shown: list[Field], parsed: Parsed) -> None:
    came_from = origin()
    with here().database.begin() as session:
        choices = _choices(session, current, shown, parsed)
        verbs.change(session, current.subscriber_id, choices, now=here().clock(), network=came_from.network, agent=came_from.agent)


def _choices(session: Session, current: Current, shown_fields: list[Field], parsed: Parsed) -> Choices:
    answers = request.form
    if answers.get("do") == LEAVE_EVERYTHING:
        return Choices(list_ids=frozenset(), wording=joining_words())
    level = _wanted_level(current)
    return Choices(
        list_ids=_wanted_lists(verbs.offered_lists(session, current.subscriber_id), current),
        values={field.key: parsed.values.get(field.key) for field in shown_fields},
        language=answers.get("language"),
        tracking=level,
        wording=joining_words(),
        tracking_wording=tracking_words()[level] if level else "",
    )


def _wanted_level(current: Current) -> Tracking | None:
    """The level chosen; an answer that says no to what was agreed to is a withdrawal, however it is said."""
    if "tracking" not in request.form.getlist(SHOWN):
        return None
    answer = request.form.get("tracking", "")
    if answer in set(Tracking):
        return Tracking(answer)
    return Tracking.AGGREGATE if current.tracking is Tracking.INDIVIDUAL else None


def _wanted_lists(offered: list[List], current: Current) -> frozenset[int]:
    """The lists that were shown as they are ticked now, the others as they are."""
    shown, ticked = set(request.form.getlist("shown_lists")), set(request.form.getlist("lists"))
    return frozenset(one.id for one in offered if (one.slug in ticked if one.slug in shown else one.id in current.list_ids))


def _render(session: Session, token: str, current: Current, answers: MultiDict[str, str], faults: list[Fault]) -> str:
    return render_template(
        "preference_center/preferences.html",
        token=token,
        current=current,
        since=session.get_one(Subscriber, current.subscriber_id).confirmed_at,
        lists=verbs.offered_lists(session, current.subscriber_id),
        asks=profile_form.asks(fields(session, public_only=True), answers),
        answers=answers,
        faults=faults,
        saved="saved" in request.args,
        joining=joining_words(),
        tracking=tracking_words(),
    )


def _render_ask(answers: MultiDict[str, str], faults: list[Fault]) -> str:
    token = form_guard.form_token(here().ring, now=here().clock())
    return render_template("preference_center/ask_link.html", answers=answers, faults=faults, token=token)
