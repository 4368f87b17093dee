"""POST /v1/campaigns/…: try the failed again, decide about those in doubt; the same verbs as on the campaign's page."""

from flask import Blueprint, Response, jsonify, request
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from mailflow.api.access import keyed
from mailflow.api.answers import Moved
from mailflow.api.paging import asked_only
from mailflow.api.problems import field_errors, language, problem
from mailflow.api.schemas import Decide, DecideExactly
from mailflow.api.surroundings import surroundings
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.uncertain import concerned, decide
from mailflow.foundation.language import Words, pick
from mailflow.foundation.slices import slice_by_slice
from mailflow.outbox.doubt import Decision

blueprint = Blueprint("decisions", __name__)
_BODY = TypeAdapter(Decide)
_EXACT = TypeAdapter(DecideExactly)
_REFUSED: dict[str, Words] = {
    "cancelled": {
        "es": "La campaña está cancelada: ya no sale nada de ella.",
        "en": "The campaign is cancelled: nothing more goes out of it.",
    },
    "changed": {
        "es": "Su número es otro ahora; no se ha hecho nada.",
        "en": "Their number is another by now; nothing was done.",
    },
}


@blueprint.post("/v1/campaigns/<int:campaign_id>/retry")
@keyed("campaigns:write")
def retry(campaign_id: int) -> Response:
    """Try the failed ones again, but for those that no try can mend."""
    return _decide(campaign_id, Decision.RETRY)


@blueprint.post("/v1/campaigns/<int:campaign_id>/resend-uncertain")
@keyed("campaigns:write")
def resend(campaign_id: int) -> Response:
    """Send exactly so many in doubt again; whoever had it gets it twice."""
    return _decide(campaign_id, Decision.AGAIN)


@blueprint.post("/v1/campaigns/<int:campaign_id>/settle-uncertain")
@keyed("campaigns:write")
def settle(campaign_id: int) -> Response:
    """Take those in doubt as sent."""
    return _decide(campaign_id, Decision.AS_SENT)


def _decide(campaign_id: int, decision: Decision) -> Response:
    asked_only()
    body = request.get_data()
    if body and request.mimetype != "application/json":
        return problem(415)
    try:
        expected = (_EXACT if decision == Decision.AGAIN else _BODY).validate_json(body or b"{}").expected
    except ValidationError as fault:
        return field_errors(fault)
    around = surroundings()
    with around.database.read() as session:
        if session.get(Campaign, campaign_id) is None:
            return problem(404)

    def slice_(session: Session, left: int, going_on: bool) -> tuple[str, int, int]:
        """Where nobody says how many there are to be, they are counted in the very transaction that moves the first."""
        mine = session.get_one(Campaign, campaign_id)
        there = left if going_on else expected or concerned(session, mine, decision)
        if not there:
            return "done", 0, 0
        told = None if going_on else expected
        done = decide(session, mine, decision, expected=there if told is None else told, going_on=told is None, now=around.clock())
        return done.reason, done.count, done.left

    reason, moved, left = slice_by_slice(around.database, slice_, 0)
    if reason == "changed" and expected is None:
        return _answer(0, 0)
    if reason != "done":
        return problem(409, pick(_REFUSED[reason], language()))
    return _answer(moved, left)


def _answer(moved: int, left: int) -> Response:
    return jsonify(Moved(moved=moved, left=left).model_dump())
