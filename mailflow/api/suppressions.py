"""/v1/suppressions: who gets nothing, no marketing, or nothing of one list; addresses are kept as marks that name nobody."""

from datetime import datetime
from typing import Annotated, Any

from flask import Blueprint, g
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import select

from mailflow.api.endpoints import Endpoint, body, endpoint, told
from mailflow.api.paging import asked_limit, asked_only, cursor_number, page
from mailflow.api.problems import language, problem
from mailflow.api.schemas import Line, Strict
from mailflow.api.surroundings import surroundings
from mailflow.audience.lifting import Lifted, lift
from mailflow.audience.models import List, Suppression
from mailflow.audience.suppression import mark_of, suppress
from mailflow.audience.words import SuppressionReason, of_list
from mailflow.foundation.language import Words, pick

blueprint = Blueprint("suppressions", __name__)
_NO_MARK: Words = {"es": "no es una dirección, un dominio ni un resumen", "en": "is no address, domain or digest"}
_NO_LIST: Words = {"es": "no nombra ninguna lista", "en": "names no list"}
_HERS: Words = {
    "es": "Se quejó o pidió el borrado: solo su propia confirmación lo levanta.",
    "en": "She complained or was erased: only her own confirmation lifts it.",
}


class SuppressionTold(BaseModel):
    """One line of who gets nothing; ``form`` is address, domain, sha256 or md5, and only a domain is told."""

    model_config = ConfigDict(frozen=True)
    id: str
    form: str
    domain: str | None
    scope: str
    """everything, marketing, or list:<slug>."""
    reason: str
    at: datetime
    note: str


class SuppressionSaid(Strict):
    """Somebody to be suppressed: an address, a domain (@example.net), or the SHA-256 or MD5 of an address in lower case."""

    what: Annotated[str, Field(min_length=3, max_length=254)]
    scope: Annotated[str, Field(pattern=r"^(everything|marketing|list:[a-z0-9-]{1,40})$")] = "everything"
    note: Annotated[str, Field(max_length=200)] = ""


class LiftSaid(Strict):
    """Why mail may go there again."""

    note: Annotated[Line, Field(max_length=200)]


class Suppressed(BaseModel):
    """Whether it is new."""

    new: bool


_SAID, _LIFT = TypeAdapter(SuppressionSaid), TypeAdapter(LiftSaid)


@endpoint(
    blueprint,
    "GET",
    "/v1/suppressions",
    Endpoint("Who gets nothing, the oldest first", "suppressions:read", tells=SuppressionTold, paged=True),
)
def index() -> Any:
    """A page at a time."""
    asked_only("limit", "cursor")
    limit, after = asked_limit(), cursor_number() or 0
    with surroundings().database.read() as session:
        rows = list(session.scalars(select(Suppression).where(Suppression.id > after).order_by(Suppression.id).limit(limit + 1)))
        slugs = {of_list(number): f"list:{slug}" for number, slug in session.execute(select(List.id, List.slug))}
    return page([_told(row, slugs) for row in rows[:limit]], str(rows[limit - 1].id) if len(rows) > limit else None)


@endpoint(
    blueprint, "POST", "/v1/suppressions",
    Endpoint("Write no more to an address or domain", "suppressions:write", asks=SuppressionSaid, tells=Suppressed),
)  # fmt: skip
def add() -> Any:
    """Said twice it does no harm; the first reason stays."""
    asked_only()
    said, around = body(_SAID), surroundings()
    mark = mark_of(said.what, ring=around.ring)
    if mark is None:
        return problem(422, errors=[{"pointer": "#/what", "detail": pick(_NO_MARK, language())}])
    with around.database.begin() as session:
        scope: str | None = said.scope
        if said.scope.startswith("list:"):
            number = session.scalar(select(List.id).where(List.slug == said.scope.removeprefix("list:")))
            scope = of_list(number) if number else None
        if scope is None:
            return problem(422, errors=[{"pointer": "#/scope", "detail": pick(_NO_LIST, language())}])
        facts = {"scope": scope, "by": f"api:{g.key_id}", "note": said.note}
        new = suppress(session, mark, SuppressionReason.BY_HAND, ring=around.ring, now=around.clock(), **facts)
    return told(Suppressed(new=new))


@endpoint(
    blueprint, "POST", "/v1/suppressions/<int:suppression_id>/lift",
    Endpoint("Let mail go there again, and say why", "suppressions:write", asks=LiftSaid, tells=Suppressed, refused=(404, 409)),
)  # fmt: skip
def release(suppression_id: int) -> Any:
    """Never who complained or was erased: only her own confirmation lifts that."""
    asked_only()
    said, around = body(_LIFT), surroundings()
    with around.database.begin() as session:
        outcome = lift(session, suppression_id, by=f"api:{g.key_id}", note=said.note, now=around.clock())
    if outcome is Lifted.UNKNOWN:
        return problem(404)
    return told(Suppressed(new=False)) if outcome is Lifted.LIFTED else problem(409, pick(_HERS, language()))


def _told(row: Suppression, slugs: dict[str, str]) -> SuppressionTold:
    domain = row.address_hash.removeprefix("@") if row.form == "domain" else None
    return SuppressionTold(
        id=str(row.id), form=row.form, domain=domain, scope=slugs.get(row.scope, row.scope), reason=row.reason, at=row.at, note=row.note
    )
