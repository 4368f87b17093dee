"""/v1/subscribers: people, added and changed by their address; addresses stand in bodies only, since those of requests are logged."""

from typing import Any

from flask import Blueprint, abort, g, jsonify, request
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select

from mailflow.api.endpoints import Endpoint, body, endpoint, told
from mailflow.api.paging import BadParameterError, asked_limit, asked_only, asked_word, cursor_number, page
from mailflow.api.people_kept import keep, names, told_of, told_of_all
from mailflow.api.people_words import (
    BatchItem,
    BatchKept,
    BatchSaid,
    Ended,
    Matched,
    SubscriberKept,
    SubscriberSaid,
    SubscriberTold,
    Wanted,
)
from mailflow.api.problems import errors_of, problem
from mailflow.api.surroundings import surroundings
from mailflow.audience.consent import Evidence
from mailflow.audience.finding.search import search
from mailflow.audience.memberships import drop, subscriptions
from mailflow.audience.models import List, Subscriber, Subscription
from mailflow.audience.suppression import suppress
from mailflow.audience.words import LeaveMethod, Origin, SubscriptionState, SuppressionReason
from mailflow.people.erasing import erase

blueprint = Blueprint("subscribers", __name__)
SLICE = 5
"""People in one transaction: SQLite has one writer, and others wait meanwhile."""
_ONE, _MANY, _WANTED = TypeAdapter(SubscriberSaid), TypeAdapter(BatchSaid), TypeAdapter(Wanted)
_MODES = ("leave", "erase")
_HOW = (
    (
        "mode",
        {
            "type": "string",
            "enum": list(_MODES),
            "default": "leave",
            "description": "`erase` forgets her for good (GDPR, article 17): nothing that names her is kept, and the id is nobody's.",
        },
    ),
)
_IN_LIST = (
    ("list", {"type": "string", "description": "Only who stands in this list, by its slug."}),
    ("state", {"type": "string", "enum": [str(one) for one in SubscriptionState], "description": "Where; with `list`."}),
)


@endpoint(
    blueprint, "GET", "/v1/subscribers",
    Endpoint("Subscribers, the oldest first", "subscribers:read", tells=SubscriberTold, paged=True, query=_IN_LIST),
)  # fmt: skip
def index() -> Any:
    """A page at a time."""
    asked_only("limit", "cursor", "list", "state")
    limit, state = asked_limit(), asked_word("state", SubscriptionState)
    wanted = select(Subscriber.id).where(Subscriber.id > (cursor_number() or 0)).order_by(Subscriber.id).limit(limit + 1)
    with surroundings().database.read() as session:
        if slug := request.args.get("list"):
            number = session.scalar(select(List.id).where(List.slug == slug))
            if number is None:
                raise BadParameterError("list")
            places = select(Subscription.subscriber_id).where(Subscription.list_id == number)
            wanted = wanted.where(Subscriber.id.in_(places.where(Subscription.state == state) if state else places))
        elif state:
            raise BadParameterError("state")
        found = list(session.scalars(wanted))
        people = told_of_all(session, found[:limit])
    return page(people, str(found[limit - 1]) if len(found) > limit else None)


@endpoint(
    blueprint, "POST", "/v1/subscribers",
    Endpoint("Add somebody, or change who is known", "subscribers:write", asks=SubscriberSaid, tells=SubscriberKept, upserts=True),
)  # fmt: skip
def upsert() -> Any:
    """201 for somebody new, 200 for who was known."""
    asked_only()
    said = body(_ONE)
    with surroundings().database.begin() as session:
        added, item = keep(session, said, names(session))
        person = told_of(session, added.subscriber_id) if added and added.subscriber_id else None
    if added is None or person is None:
        return problem(item.status, errors=item.errors)
    return told(SubscriberKept(result=added.reason, joined=item.joined, subscriber=person), item.status)


@endpoint(
    blueprint, "POST", "/v1/subscribers/batch",
    Endpoint("Add or change up to a thousand, each with its own result", "subscribers:write", asks=BatchSaid, tells=BatchKept),
)  # fmt: skip
def batch() -> Any:
    """In slices, each a transaction; one that cannot be keeps none of the others from being."""
    asked_only()
    said = body(_MANY).subscribers
    results: list[BatchItem] = []
    for start in range(0, len(said), SLICE):
        with surroundings().database.begin() as session:
            known = names(session)
            for one in said[start : start + SLICE]:
                try:
                    read = _ONE.validate_python(one)
                except ValidationError as fault:
                    results.append(BatchItem(status=400, result="refused", errors=errors_of(fault)))
                else:
                    results.append(keep(session, read, known)[1])
    return told(BatchKept(results=results))


@endpoint(
    blueprint, "POST", "/v1/subscribers/search",
    Endpoint("Find people by the beginning of address or name, or by telephone", "subscribers:read", asks=Wanted, tells=Matched),
)  # fmt: skip
def find() -> Any:
    """What is looked for stands in the body: addresses have no place in logs."""
    asked_only()
    wanted = body(_WANTED)
    with surroundings().database.read() as session:
        found = search(session, wanted.text, limit=wanted.limit)
        people = told_of_all(session, found.people)
    return told(Matched(data=people, more=found.more))


@endpoint(
    blueprint, "GET", "/v1/subscribers/<int:subscriber_id>",
    Endpoint("One subscriber", "subscribers:read", tells=SubscriberTold, refused=(404,)),
)  # fmt: skip
def show(subscriber_id: int) -> Any:
    """Everything known of her that a form or an import could say."""
    asked_only()
    with surroundings().database.read() as session:
        person = told_of(session, subscriber_id)
    return told(person) if person else problem(404)


@endpoint(
    blueprint, "DELETE", "/v1/subscribers/<int:subscriber_id>",
    Endpoint(
        "She leaves every list, and nobody writes to her address again", "subscribers:write", tells=Ended, query=_HOW, refused=(404,)
    ),
)  # fmt: skip
def end(subscriber_id: int) -> Any:
    """What is known of her stays unless she is to be erased; called again it does no harm."""
    asked_only("mode")
    if request.args.get("mode", "leave") not in _MODES:
        raise BadParameterError("mode")
    if request.args.get("mode") == "erase":
        return _forget(subscriber_id)
    around = surroundings()
    with around.database.begin() as session:
        person = session.get(Subscriber, subscriber_id)
        if person is None:
            abort(problem(404))
        places = [one for one in subscriptions(session, person.id).values() if one.state != SubscriptionState.LEFT]
        evidence = Evidence("", person.language or "", "api", "api", Origin())
        drop(session, places, LeaveMethod.STAFF, evidence, now=around.clock())
        suppress(session, person.email, SuppressionReason.BY_HAND, ring=around.ring, now=around.clock(), by="api")
        slugs = dict(session.execute(select(List.id, List.slug)).all())
    answer = Ended(id=str(subscriber_id), left=sorted(slugs[one.list_id] for one in places), suppressed=True)
    return jsonify(answer.model_dump(mode="json"))


def _forget(subscriber_id: int) -> Any:
    around = surroundings()
    if not erase(around.database, subscriber_id, ring=around.ring, now=around.clock(), by=f"api:{g.key_id}"):
        return problem(404)
    return jsonify(Ended(id=str(subscriber_id), left=[], suppressed=True, erased=True).model_dump(mode="json"))
