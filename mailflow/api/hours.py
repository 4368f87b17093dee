"""POST /v1/campaigns/…: send what waits now, choose another hour for it, cancel it; the same verbs as on the campaign's page."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, Response, jsonify, request
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from mailflow.api.access import keyed
from mailflow.api.answers import campaign_told
from mailflow.api.paging import asked_only
from mailflow.api.problems import field_errors, language, problem
from mailflow.api.schemas import ChooseHour
from mailflow.api.surroundings import surroundings
from mailflow.campaigns import control
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.queries import progress
from mailflow.campaigns.schedule import choose_again, leave_now
from mailflow.campaigns.uncertain import concerned
from mailflow.foundation.language import Words, pick
from mailflow.outbox.doubt import Decision

blueprint = Blueprint("hours", __name__)
_HOUR = TypeAdapter(ChooseHour)
_FARTHEST = timedelta(days=2 * 366)
_REFUSED: dict[str, tuple[int, Words]] = {
    "moved-on": (
        409,
        {
            "es": "La campaña ya no espera su hora: no se ha hecho nada.",
            "en": "The campaign does not wait for its hour any more: nothing was done.",
        },
    ),
    "too-far": (422, {"es": "Elige una hora de los próximos dos años.", "en": "Choose an hour within the next two years."}),
    "past": (422, {"es": "Esa hora ya ha pasado.", "en": "That hour has gone by."}),
    "no-such-hour": (422, {"es": "Ese día o esa hora no existen.", "en": "There is no such day or hour."}),
    "no-such-zone": (422, {"es": "No se conoce esa zona horaria.", "en": "That time zone is not known."}),
}

Verb = Callable[[Session, Campaign, datetime], str]
"""Does it; a word of _REFUSED where it could not be done, or something else."""


@blueprint.post("/v1/campaigns/<int:campaign_id>/send-now")
@keyed("campaigns:write")
def send_now(campaign_id: int) -> Response:
    """Let a scheduled or held campaign leave at once."""
    return _do(campaign_id, lambda session, campaign, now: _word(leave_now(session, campaign, now=now)))


@blueprint.post("/v1/campaigns/<int:campaign_id>/cancel")
@keyed("campaigns:write")
def cancel(campaign_id: int) -> Response:
    """Let nobody get it who has not got it yet."""
    return _do(campaign_id, lambda session, campaign, now: _word(control.cancel(session, campaign, now=now)))


@blueprint.post("/v1/campaigns/<int:campaign_id>/schedule")
@keyed("campaigns:write")
def schedule(campaign_id: int) -> Response:
    """Give a scheduled or held campaign another hour."""
    if request.mimetype != "application/json":
        return problem(415)
    try:
        asked = _HOUR.validate_json(request.get_data())
    except ValidationError as fault:
        return field_errors(fault)

    def choose(session: Session, campaign: Campaign, now: datetime) -> str:
        try:
            wall = datetime.fromisoformat(asked.wall_time)
        except ValueError:
            return "no-such-hour"
        ahead = wall - now.replace(tzinfo=None)
        if abs(ahead) > _FARTHEST:  # the ends of time are nobody's hour, and overflow
            return "past" if ahead < timedelta() else "too-far"
        return choose_again(session, campaign, wall=wall, zone=asked.zone, now=now).reason

    return _do(campaign_id, choose)


def _word(done: bool) -> str:
    return "done" if done else "moved-on"


def _do(campaign_id: int, verb: Verb) -> Response:
    """In a transaction of its own; the campaign as it is then."""
    asked_only()
    around = surroundings()
    with around.database.begin() as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            return problem(404)
        word = verb(session, campaign, around.clock())
        told = campaign_told(campaign, progress(session, campaign), concerned(session, campaign, Decision.RETRY))
    if word in _REFUSED:
        status, words = _REFUSED[word]
        return problem(status, pick(words, language()))
    return jsonify(told.model_dump(mode="json"))
