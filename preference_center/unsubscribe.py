"""Leaving: one click in the mail program (RFC 8058), or one button on a page; at once, and to be undone for a day."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from mailflow.audience import leaving, memberships
from mailflow.audience.models import List, Subscriber, Subscription
from mailflow.audience.records.numbers import number_now
from mailflow.audience.words import LeaveMethod, LeaveReason, SubscriptionState
from mailflow.foundation.tokens import Purpose
from preference_center.language import use_language_of
from preference_center.security import public
from preference_center.surroundings import here, origin

blueprint = Blueprint("unsubscribe", __name__)
ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""RFC 8058 section 3.1: the one field of the body, urlencoded or as form data."""


@blueprint.get("/unsubscribe/<token>")
@public
def show(token: str) -> str | AnyResponse:
    """The button; opening the page changes nothing."""
    with here().database.read() as session:
        place = _place(session, token)
        if place.state == SubscriptionState.LEFT:
            return redirect(url_for("unsubscribe.left", token=token))
        return _render(session, "preference_center/unsubscribe.html", token, place)


@blueprint.post("/unsubscribe/<token>")
@public
def press(token: str) -> AnyResponse | tuple[str, int]:
    """End it at once: a mail program's one click, or the page's own button; ``do=undo`` takes it back."""
    if request.form.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        return _one_click(token)
    wanted = request.form.get("do")
    if wanted == "undo":
        return _undo(token)
    if wanted != "leave":
        with here().database.read() as session:
            return _render(session, "preference_center/unsubscribe.html", token, _place(session, token)), 400
    _leave(token, LeaveMethod.PAGE, everything=bool(request.form.get("all")))
    return redirect(url_for("unsubscribe.left", token=token), 303)


@blueprint.get("/unsubscribe/<token>/left")
@public
def left(token: str) -> str | AnyResponse:
    """Done, since when, and what stays as it was."""
    with here().database.read() as session:
        place = _place(session, token)
        if place.left_at is None:
            return redirect(url_for("unsubscribe.show", token=token))
        return _render(session, "preference_center/left.html", token, place)


@blueprint.get("/unsubscribe/<token>/back")
@public
def back(token: str) -> str | AnyResponse:
    """It was taken back."""
    with here().database.read() as session:
        place = _place(session, token)
        if place.state != SubscriptionState.CONFIRMED:
            return redirect(url_for("unsubscribe.show", token=token))
        return _render(session, "preference_center/back.html", token, place)


def _one_click(token: str) -> Response:
    """A mail program reads only the status: no redirect, no cookie (RFC 8058 section 3.1)."""
    _leave(token, LeaveMethod.ONE_CLICK)
    return Response("OK\n", mimetype="text/plain")


def _leave(token: str, method: LeaveMethod, *, everything: bool = False) -> None:
    came_from = origin()
    with here().database.begin() as session:
        place = _place(session, token)
        leaving.leave(
            session, place.id, method=method, now=here().clock(), everything=everything, network=came_from.network, agent=came_from.agent
        )


def _undo(token: str) -> AnyResponse:
    came_from = origin()
    with here().database.begin() as session:
        place = _place(session, token)
        words = _("It was a mistake, keep it coming")
        outcome = leaving.come_back(session, place.id, now=here().clock(), wording=words, network=came_from.network, agent=came_from.agent)
    page = "unsubscribe.back" if outcome.reason is LeaveReason.BACK else "unsubscribe.left"
    return redirect(url_for(page, token=token), 303)


def _place(session: Session, token: str) -> Subscription:
    meant = here().ring.mint.read(Purpose.LEAVE, token)
    place = session.get(Subscription, number_now(session, "subscription", meant.row_id)) if meant else None
    if place is None:
        abort(404)
    use_language_of(session.get_one(Subscriber, place.subscriber_id).language)
    return place


def _render(session: Session, template: str, token: str, place: Subscription) -> str:
    all_places = memberships.subscriptions(session, place.subscriber_id).values()
    names = {one.list_id: session.get_one(List, one.list_id) for one in all_places}
    together = leaving.left_with(session, place) if place.left_at else [place]
    undo = place.left_at is not None and here().clock() - place.left_at <= leaving.UNDO_WITHIN and place.confirmed_at is not None
    return render_template(
        template,
        token=token,
        place=place,
        email=session.get_one(Subscriber, place.subscriber_id).email,
        its_list=names[place.list_id],
        together=[names[one.list_id] for one in together],
        others=[names[one.list_id] for one in all_places if one.state == SubscriptionState.CONFIRMED and one is not place],
        can_undo=undo,
        preferences=here().ring.mint.make(Purpose.PREFERENCES, place.subscriber_id),
    )
