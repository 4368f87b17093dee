"""/v1/segments: condition trees, kept, counted, their people, and why one is in or out."""

from typing import Annotated, Any

from flask import Blueprint, abort, request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.api.endpoints import Endpoint, body, endpoint, told, unchanged_since
from mailflow.api.paging import BadParameterError, asked_limit, asked_only, cursor_number, page
from mailflow.api.people_kept import told_of_all
from mailflow.api.people_words import SubscriberTold
from mailflow.api.problems import language, problem
from mailflow.api.schemas import Line, Strict
from mailflow.api.surroundings import surroundings
from mailflow.audience.models import Subscriber
from mailflow.audience.queries import installation
from mailflow.foundation.language import Words, pick
from mailflow.foundation.limited import Limit
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.compile import clause
from mailflow.segments.count import count
from mailflow.segments.describe import describe
from mailflow.segments.explain import Explained, explain
from mailflow.segments.frame import Frame
from mailflow.segments.models import Segment
from mailflow.segments.queries import segments
from mailflow.segments.save import SaveOutcome, SaveReason, change, create, delete
from mailflow.segments.words import Fault, Tree, TreeError

blueprint = Blueprint("segments", __name__)
_REFUSED: dict[SaveReason, tuple[int, Words]] = {
    SaveReason.NAME: (422, {"es": "Hace falta un nombre de una línea.", "en": "A name of one line is needed."}),
    SaveReason.TAKEN: (409, {"es": "Otro segmento se llama así.", "en": "Another segment has this name."}),
    SaveReason.READY: (409, {"es": "Un segmento de serie no se cambia.", "en": "A ready segment is not changed."}),
    SaveReason.NEEDED: (409, {"es": "Otro segmento lo nombra.", "en": "Another segment names it."}),
}


class SegmentSaid(Strict):
    """A segment: its name and its condition tree."""

    name: Annotated[Line, Field(max_length=100)]
    tree: Annotated[dict[str, Any], Field(description="{all|any|none: [conditions and groups]}; see the guide.")]


class SegmentTold(BaseModel):
    """A segment as it is kept."""

    model_config = ConfigDict(frozen=True)
    id: str
    name: dict[str, str]
    ready: bool
    """One of those that come with the product; it is not changed."""
    tree: dict[str, Any]


class Counted(BaseModel):
    """How many people it holds now."""

    people: int


class Condition(BaseModel):
    """One condition or group: its words, whether it holds, and what is below it."""

    says: str
    met: bool
    below: list["Condition"]


class Explanation(BaseModel):
    """Whether somebody is in a segment, condition by condition."""

    member: bool
    because: Condition


_SAID = TypeAdapter(SegmentSaid)
_WHO = (("subscriber", {"type": "string", "pattern": "^[0-9]{1,18}$", "description": "Of whom; her id."}),)
_ONE = "/v1/segments/<int:segment_id>"


@endpoint(
    blueprint, "GET", "/v1/segments", Endpoint("Every segment, ready ones last", "segments:read", tells=SegmentTold, paged=True, whole=True)
)
def index() -> Any:
    """All of them: there are few."""
    asked_only()
    with surroundings().database.read() as session:
        return page([_told(one) for one in segments(session)], None)


@endpoint(
    blueprint, "POST", "/v1/segments",
    Endpoint("Keep a segment", "segments:write", asks=SegmentSaid, tells=SegmentTold, status=201, refused=(409,)),
)  # fmt: skip
def keep() -> Any:
    """A tree that makes no sense is refused with everything found wrong in it."""
    asked_only()
    said = body(_SAID)
    around = surroundings()
    with around.database.begin() as session:
        outcome = create(session, said.name, said.tree, now=around.clock())
        answer = _told(outcome.segment) if outcome.segment else None
    return told(answer, 201) if answer else _refusal(outcome)


@endpoint(blueprint, "GET", _ONE, Endpoint("One segment", "segments:read", tells=SegmentTold, refused=(404,)))
def show(segment_id: int) -> Any:
    """With its tree."""
    asked_only()
    with surroundings().database.read() as session:
        return told(_told(_found(session, segment_id)))


@endpoint(
    blueprint, "PUT", _ONE,
    Endpoint("Change a segment", "segments:write", asks=SegmentSaid, tells=SegmentTold, refused=(404, 409, 412)),
)  # fmt: skip
def put(segment_id: int) -> Any:
    """Name and tree; with If-Match only if it is as it was seen."""
    asked_only()
    said = body(_SAID)
    around = surroundings()
    with around.database.begin() as session:
        row = _found(session, segment_id)
        unchanged_since(_told(row))
        outcome = change(session, row, said.name, said.tree, now=around.clock())
        answer = _told(row)
    return told(answer) if outcome.reason is SaveReason.SAVED else _refusal(outcome)


@endpoint(blueprint, "DELETE", _ONE, Endpoint("Delete a segment", "segments:write", tells=SegmentTold, refused=(404, 409)))
def end(segment_id: int) -> Any:
    """Told once more as it was; one that another names stays."""
    asked_only()
    with surroundings().database.begin() as session:
        row = _found(session, segment_id)
        answer = _told(row)
        outcome = delete(session, row)
    return told(answer) if outcome.reason is SaveReason.DELETED else _refusal(outcome)


@endpoint(blueprint, "GET", f"{_ONE}/count", Endpoint("How many people it holds", "segments:read", tells=Counted, refused=(404, 409)))
def number(segment_id: int) -> Any:
    """Counted now."""
    asked_only()
    around = surroundings()
    with around.database.read() as session:
        tree = _tree(session, segment_id)
        with Limit().on(session):
            return told(Counted(people=count(session, tree, now=around.clock())))


@endpoint(
    blueprint, "GET", f"{_ONE}/members",
    Endpoint("Whom it holds now, the oldest first", "subscribers:read", tells=SubscriberTold, paged=True, refused=(404, 409)),
)  # fmt: skip
def members(segment_id: int) -> Any:
    """A page at a time; each page is as things are when it is asked for."""
    asked_only("limit", "cursor")
    limit, after, around = asked_limit(), cursor_number() or 0, surroundings()
    with around.database.read() as session:
        holds = clause(_tree(session, segment_id), Frame(around.clock()))
        wanted = select(Subscriber.id).where(Subscriber.id > after, holds).order_by(Subscriber.id).limit(limit + 1)
        with Limit().on(session):
            found = list(session.scalars(wanted))
        people = told_of_all(session, found[:limit])
    return page(people, str(found[limit - 1]) if len(found) > limit else None)


@endpoint(
    blueprint, "GET", f"{_ONE}/explain",
    Endpoint("Why somebody is in or out", "subscribers:read", tells=Explanation, query=_WHO, needs=("subscriber",), refused=(404, 409)),
)  # fmt: skip
def why(segment_id: int) -> Any:
    """In the reader's language."""
    asked_only("subscriber")
    who = request.args.get("subscriber", "")
    if not (who.isascii() and who.isdigit() and len(who) < 19):
        raise BadParameterError("subscriber")
    around = surroundings()
    with around.database.read() as session:
        tree = _tree(session, segment_id)
        with Limit().on(session):
            explained = explain(session, tree, int(who), now=around.clock())
        currency = installation(session).currency
    if explained is None:
        return problem(404)
    return told(Explanation(member=explained.met, because=_condition(explained, currency)))


def _condition(explained: Explained, currency: str) -> Condition:
    below = [_condition(one, currency) for one in explained.below]
    return Condition(says=describe(explained.part, language(), currency=currency), met=explained.met, below=below)


def _found(session: Session, segment_id: int) -> Segment:
    return session.get(Segment, segment_id) or abort(problem(404))


def _tree(session: Session, segment_id: int) -> Tree:
    """The tree as it can be read now; one that names what is gone is told so."""
    row = _found(session, segment_id)
    try:
        return read_tree(catalogue(session), row.tree, own_id=row.id)
    except TreeError as refused:
        abort(problem(409, errors=_faults(refused.faults)))


def _refusal(outcome: SaveOutcome) -> Any:
    if outcome.reason is SaveReason.TREE:
        return problem(400, errors=_faults(outcome.faults))
    status, words = _REFUSED[outcome.reason]
    return problem(status, pick(words, language()))


def _faults(faults: Any) -> list[dict[str, str]]:
    found: list[Fault] = list(faults)
    return [{"path": one.path, "detail": pick(one.message, language())} for one in found]


def _told(row: Segment) -> SegmentTold:
    return SegmentTold(id=str(row.id), name=row.name, ready=row.slug is not None, tree=row.tree)
