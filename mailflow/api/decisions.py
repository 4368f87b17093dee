"""POST /v1/campaigns/…: try the failed again, decide about those in doubt; the same verbs as on the campaign's page."""

from flask import Blueprint, Response, jsonify, request
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from mailflow.api.access import keyed
from mailflow.api.answers import Moved
from mailflow.api.problems import field_errors, language, problem
from mailflow.api.schemas import Decide
from mailflow.api.surroundings import surroundings
from mailflow.campaigns.models import Campaign
from mailflow.campaigns.uncertain import concerned, decide
from mailflow.foundation.language import Words, pick
from mailflow.foundation.slices import slice_by_slice
from mailflow.outbox.doubt import Decision

blueprint = Blueprint("decisions", __name__)
_BODY = TypeAdapter(Decide)
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
    """Send those in doubt again; whoever had it gets it twice."""
    return _decide(campaign_id, Decision.AGAIN)


@blueprint.post("/v1/campaigns/<int:campaign_id>/settle-uncertain")
@keyed("campaigns:write")
def settle(campaign_id: int) -> Response:
    """Take those in doubt as sent."""
    return _decide(campaign_id, Decision.AS_SENT)


def _decide(campaign_id: int, decision: Decision) -> Response:
    body = request.get_data()
    if body and request.mimetype != "application/json":
        return problem(415)
    try:
        expected = _BODY.validate_json(body or b"{}").expected
    except ValidationError as fault:
        return field_errors(fault)
    around = surroundings()
    with around.database.read() as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            return problem(404)
        there = concerned(session, campaign, decision)
    if not there and not expected:
        return _answer(0, 0)

    def slice_(session: Session, left: int, going_on: bool) -> tuple[str, int, int]:
        mine = session.get_one(Campaign, campaign_id)
        done = decide(session, mine, decision, expected=left, going_on=going_on, now=around.clock())
        return done.reason, done.count, done.left

    reason, moved, left = slice_by_slice(around.database, slice_, there if expected is None else expected)
    if reason != "done":
        return problem(409, pick(_REFUSED[reason], language()))
    return _answer(moved, left)


def _answer(moved: int, left: int) -> Response:
    return jsonify(Moved(moved=moved, left=left).model_dump())
