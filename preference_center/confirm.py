"""Confirming: a page with one button; opening it changes nothing, since mail scanners open links too."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mailflow.audience import confirmation, profile, queries
from mailflow.audience.models import ConfirmationRequest, List, Subscriber
from mailflow.audience.words import ConfirmOutcome, ConfirmReason
from mailflow.foundation.tokens import Purpose
from preference_center.language import use_language_of
from preference_center.security import public
from preference_center.surroundings import here, origin

blueprint = Blueprint("confirm", __name__)
_PAGES = {
    ConfirmReason.CONFIRMED: ("preference_center/confirm.html", 200),
    ConfirmReason.ALREADY: ("preference_center/confirmed_already.html", 200),
    ConfirmReason.EXPIRED: ("preference_center/confirm_expired.html", 410),
    ConfirmReason.LEFT_SINCE: ("preference_center/confirm_left.html", 410),
}


@blueprint.get("/confirm/<token>")
@public
def show(token: str) -> tuple[str, int]:
    """What would be confirmed, and the button."""
    request_id = _read(token)
    with here().database.read() as session:
        return _render(session, token, request_id)


@blueprint.post("/confirm/<token>")
@public
def press(token: str) -> Response | tuple[str, int]:
    """Confirm every list of the request; on an expired one, ask for a new mail."""
    request_id = _read(token)
    now, came_from = here().clock(), origin()
    with here().database.begin() as session:
        if request.form.get("do") == "renew":
            outcome = confirmation.renew(session, request_id, now=now)
        else:
            outcome = confirmation.confirm(session, request_id, now=now, network=came_from.network, agent=came_from.agent)
    if outcome.reason is ConfirmReason.CONFIRMED:
        return redirect(url_for("confirm.welcome", token=token), 303)
    if request.form.get("do") == "renew" and outcome.reason is ConfirmReason.EXPIRED:
        return redirect(url_for("confirm.renewed", token=token), 303)
    with here().database.read() as session:
        return _render(session, token, request_id)


@blueprint.get("/confirm/<token>/welcome")
@public
def welcome(token: str) -> str | Response:
    """It worked; only for a request that was used."""
    request_id = _read(token)
    with here().database.read() as session:
        outcome, its = _look(session, request_id)
        if outcome.reason is not ConfirmReason.ALREADY:
            return redirect(url_for("confirm.show", token=token))
        facts = _facts(session, its, outcome)
        first = session.get_one(Subscriber, its.subscriber_id).confirmed_at == its.used_at
        return render_template("preference_center/welcome.html", code_comes=first and here().gives_code(session), **facts)


@blueprint.get("/confirm/<token>/sent")
@public
def renewed(token: str) -> str:
    """A new mail is under way."""
    request_id = _read(token)
    with here().database.read() as session:
        _look(session, request_id)
    return render_template("preference_center/check_mail.html", slug=None)


def _read(token: str) -> int:
    meant = here().ring.mint.read(Purpose.CONFIRM, token)
    if meant is None:
        abort(404)
    return meant.row_id


def _look(session: Session, request_id: int) -> tuple[ConfirmOutcome, ConfirmationRequest]:
    its = session.get(ConfirmationRequest, request_id)
    outcome = confirmation.look(session, its, now=here().clock())
    if its is None or outcome.reason is ConfirmReason.UNKNOWN:
        abort(404)
    person = session.get_one(Subscriber, its.subscriber_id)
    use_language_of(its.language if person.confirmed_at is None else person.language)
    return outcome, its


def _render(session: Session, token: str, request_id: int) -> tuple[str, int]:
    outcome, its = _look(session, request_id)
    template, status = _PAGES[outcome.reason]
    return render_template(template, token=token, **_facts(session, its, outcome)), status


def _facts(session: Session, its: ConfirmationRequest, outcome: ConfirmOutcome) -> dict[str, object]:
    person = session.get_one(Subscriber, its.subscriber_id)
    forms = queries.open_forms(session)
    return {
        "asked": its,
        "email": person.email,
        "first_name": profile.values(session, [person.id])[person.id].get("first_name", ""),
        "lists": [session.get_one(List, list_id) for list_id in outcome.list_ids],
        "preferences": here().ring.mint.make(Purpose.PREFERENCES, person.id),
        "form": forms[0] if forms else None,
    }
