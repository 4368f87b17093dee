"""POST /v1/events: what happened in the shop, one event or up to a thousand.

An order is known by its reference, so telling it again is harmless with or without an Idempotency-Key;
that header is accepted and not needed.
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import ValidationError

from mailflow.api.access import keyed
from mailflow.api.problems import field_errors, language, problem
from mailflow.api.schemas import MANY, ONE, Event, Result
from mailflow.api.surroundings import surroundings
from mailflow.foundation.language import pick
from mailflow.tracking.orders import record_order
from mailflow.tracking.words import REFUSED_ORDER, OrderOutcome, OrderReason

SLICE = 20
"""Orders in one transaction: SQLite has one writer, and others wait meanwhile."""
_POINTERS = {
    OrderReason.FUTURE: "#/order/at",
    OrderReason.TOO_OLD: "#/order/at",
    OrderReason.NEGATIVE: "#/order/amount",
    OrderReason.WRONG_CURRENCY: "#/order/currency",
    OrderReason.NO_REFERENCE: "#/order/reference",
}

blueprint = Blueprint("events", __name__)


@blueprint.post("/v1/events")
@keyed("events:write")
def take() -> Response | tuple[Response, int]:
    """Record the events; of a list those that cannot be are named with their reason, and the others are recorded."""
    if request.mimetype != "application/json":
        return problem(415)
    body = request.get_data()
    try:
        events = MANY.validate_json(body) if body.lstrip().startswith(b"[") else None
        one = ONE.validate_json(body) if events is None else None
    except ValidationError as fault:
        return field_errors(fault)
    if one:
        return _single(one, _record([one])[0])
    listed = events or []
    return jsonify(results=[_result(event, outcome) for event, outcome in zip(listed, _record(listed), strict=True)])


def _record(events: Sequence[Event]) -> list[OrderOutcome]:
    """The outcomes in order, recorded in slices."""
    around, outcomes = surroundings(), []
    for start in range(0, len(events), SLICE):
        with around.database.begin() as session:
            outcomes += [record_order(session, event.order.event(), now=around.clock()) for event in events[start : start + SLICE]]
    return outcomes


def _single(event: Event, outcome: OrderOutcome) -> Response | tuple[Response, int]:
    if outcome.reason is OrderReason.DIFFERENT:
        return problem(409, _words(outcome))
    if outcome.reason in REFUSED_ORDER:
        fault = {"pointer": _POINTERS[outcome.reason], "detail": _words(outcome), "reason": str(outcome.reason)}
        return problem(422, _words(outcome), [fault])
    return jsonify(_result(event, outcome)), 201 if outcome.reason is OrderReason.RECORDED else 200


def _result(event: Event, outcome: OrderOutcome) -> dict[str, Any]:
    return Result(
        reference=event.order.reference,
        result=str(outcome.reason),
        order_id=None if outcome.order_id is None else str(outcome.order_id),
        attributed=outcome.attributed_message_id is not None,
        code=outcome.code_reason,
        detail=_words(outcome) if outcome.reason in REFUSED_ORDER else None,
    ).model_dump(exclude_none=True)


def _words(outcome: OrderOutcome) -> str:
    return pick(REFUSED_ORDER[outcome.reason], language())
