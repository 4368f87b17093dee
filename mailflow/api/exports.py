"""POST /v1/exports: people's data as one file, sent while it is made; who took it is written down first, as on its page."""

from collections.abc import Iterator
from typing import Annotated, Any

from flask import Blueprint, Response, g, stream_with_context
from pydantic import Field, TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.api.access import keyed
from mailflow.api.describing import named, problems
from mailflow.api.endpoints import body
from mailflow.api.problems import language, problem
from mailflow.api.schemas import Line, Strict
from mailflow.api.surroundings import surroundings
from mailflow.audience.models import List
from mailflow.foundation.language import Words, pick
from mailflow.segments.exporting.take import Taken
from mailflow.segments.exporting.words import EVERYBODY, MEDIA_TYPES, ExportError, Form, Own, Wanted

blueprint = Blueprint("exports", __name__)
_WHY: dict[str, Words] = {
    "no-list": {"es": "No hay ninguna lista así.", "en": "There is no such list."},
    "no-segment": {"es": "No hay ningún segmento así que se pueda leer.", "en": "There is no such segment that can be read."},
    "no-column": {"es": "No hay ningún campo que se llame así.", "en": "There is no field of this name."},
    "both": {"es": "Di una lista o un segmento, no los dos.", "en": "Say a list or a segment, not both."},
}


class ExportSaid(Strict):
    """Whose data, which columns, which form: everybody's where neither list nor segment is said."""

    list: Annotated[Line, Field(max_length=100, description="Its slug: who is confirmed in it.")] | None = None
    segment: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    columns: Annotated[
        tuple[Line, ...], Field(min_length=1, max_length=200, description=f"{', '.join(Own)}, and keys of fields.", strict=False)
    ] = (Own.EMAIL.value,)
    format: Annotated[Form, Field(strict=False)] = Form.CSV


_SAID: TypeAdapter[ExportSaid] = TypeAdapter(ExportSaid)


@blueprint.post("/v1/exports")
@keyed("subscribers:read")
def create() -> Response:
    """The file. No cell of it can be a formula (S-44)."""
    said, around = body(_SAID), surroundings()
    if said.list is not None and said.segment is not None:
        return problem(422, pick(_WHY["both"], language()))
    with around.database.read() as session:
        wanted = Wanted(_whose(session, said), said.columns, said.format)
    try:
        taken = Taken(around.database, wanted, now=around.clock())
    except ExportError as error:
        return problem(422, pick(_WHY[error.word], language()))
    with around.database.begin() as session:
        taken.begin(session, by=f"api:{g.key_id}", now=around.clock())
    return Response(stream_with_context(_pieces(taken)), mimetype=MEDIA_TYPES[said.format])


def _whose(session: Session, said: ExportSaid) -> str:
    if said.segment is not None:
        return f"segment:{said.segment}"
    if said.list is not None:
        return f"list:{session.scalar(select(List.id).where(List.slug == said.list)) or 0}"
    return EVERYBODY


def _pieces(taken: Taken) -> Iterator[bytes]:
    yield from taken.pieces()
    with surroundings().database.begin() as session:
        taken.end(session)


def export_path() -> dict[str, Any]:
    """The address, described."""
    files = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}
    return {
        "/v1/exports": {
            "post": {
                "summary": "Take people's data out as one file: of everybody, of a list or of a segment",
                "security": [{"key": ["subscribers:read"]}],
                "requestBody": {"required": True, "content": {"application/json": {"schema": named("ExportSaid")}}},
                "responses": {
                    "200": {"description": "The file, sent while it is made.", "content": files},
                    **problems("400", "401", "403", "413", "415", "503"),
                    **problems("422", words="There is no such list, segment or column."),
                },
            }
        }
    }
