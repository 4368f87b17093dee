"""POST /v1/imports: people from a file, tried out first; then its state and report, start, cancel, undo: the same verbs as on its page."""

from collections.abc import Callable, Iterator
from datetime import datetime

from flask import Blueprint, Response, jsonify, request, stream_with_context
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.api.access import keyed
from mailflow.api.import_taking import Refused, take
from mailflow.api.import_told import ImportTold, import_told
from mailflow.api.paging import BadParameterError, asked_limit, asked_only, page
from mailflow.api.problems import language, problem
from mailflow.api.surroundings import surroundings
from mailflow.audience.importing import asking
from mailflow.audience.importing.models import Import
from mailflow.audience.importing.queries import by_token
from mailflow.audience.importing.report import report
from mailflow.audience.importing.words import Asked
from mailflow.foundation.language import Words, pick

blueprint = Blueprint("imports", __name__)
_NOT_NOW: Words = {
    "es": "Tal como está la importación, eso no es posible: no se ha hecho nada.",
    "en": "As the import stands that is not possible: nothing was done.",
}


@blueprint.post("/v1/imports")
@keyed("imports:write")
def create() -> Response | tuple[Response, int]:
    """Take a file and try it out; nobody comes in until it is started. Told again with its Idempotency-Key it is the same import."""
    try:
        token, is_new = take()
    except Refused as refused:
        return refused.answer
    answer = _told(token)
    answer.headers["Location"] = f"{request.script_root}/v1/imports/{token}"
    return answer, 202 if is_new else 200


@blueprint.get("/v1/imports")
@keyed("imports:read")
def index() -> Response:
    """Imports, the last brought first."""
    asked_only("limit", "cursor")
    limit, cursor = asked_limit(), request.args.get("cursor")
    with surroundings().database.read() as session:
        wanted = select(Import).order_by(Import.id.desc()).limit(limit + 1)
        if cursor is not None:
            last = by_token(session, cursor)
            if last is None:
                raise BadParameterError("cursor")
            wanted = wanted.where(Import.id < last.id)
        rows = list(session.scalars(wanted))
        told = [import_told(session, one) for one in rows[:limit]]
    return page(told, rows[limit - 1].token if len(rows) > limit else None)


@blueprint.get("/v1/imports/<token>")
@keyed("imports:read")
def show(token: str) -> Response:
    """How far it is, what would become of its rows, what became of them."""
    asked_only()
    return _told(token)


@blueprint.get("/v1/imports/<token>/report")
@keyed("imports:read")
def report_csv(token: str) -> Response:
    """The rows that did not come in, or not whole, as CSV; no cell of it can be a formula (S-44)."""
    asked_only()
    with surroundings().database.read() as session:
        if by_token(session, token) is None:
            return problem(404)
    return Response(stream_with_context(_lines(token)), mimetype="text/csv")


@blueprint.post("/v1/imports/<token>/start")
@keyed("imports:write")
def start(token: str) -> Response:
    """Let the people of a tried out import come in."""
    return _do(token, lambda session, brought, now: asking.start(session, brought, now=now))


@blueprint.post("/v1/imports/<token>/cancel")
@keyed("imports:write")
def cancel(token: str) -> Response:
    """Stop it; who came in by then is in."""
    return _do(token, lambda session, brought, now: asking.cancel(session, brought, now=now))


@blueprint.post("/v1/imports/<token>/undo")
@keyed("imports:write")
def undo(token: str) -> Response:
    """Take back what it did; who has done something since stays."""
    return _do(token, lambda session, brought, now: asking.undo(session, brought, now=now))


def _do(token: str, verb: Callable[[Session, Import, datetime], Asked]) -> Response:
    """In a transaction of its own; the import as it is then."""
    asked_only()
    around = surroundings()
    with around.database.begin() as session:
        brought = by_token(session, token)
        if brought is None:
            return problem(404)
        asked = verb(session, brought, around.clock())
    return _told(token) if asked else problem(409, pick(_NOT_NOW, language()))


def _told(token: str) -> Response:
    with surroundings().database.read() as session:
        brought = by_token(session, token)
        if brought is None:
            return problem(404)
        told: ImportTold = import_told(session, brought)
    return jsonify(told.model_dump(mode="json"))


def _lines(token: str) -> Iterator[str]:
    with surroundings().database.read() as session:
        brought = by_token(session, token)
        yield from report(session, brought) if brought else ()
