"""A segment's people as a CSV file; no cell can be taken for a formula."""

from collections.abc import Iterator
from typing import Any

from flask import Response, abort, stream_with_context

from mailflow.audience.models import Subscriber
from mailflow.audience.profile import values
from mailflow.content.headers import disposition
from mailflow.foundation.language import pick
from mailflow.reporting.sheet import as_csv
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.sample import everybody
from mailflow.segments.words import FieldFacts, Tree, TreeError
from mailflow.studio.language import current_language
from mailflow.studio.pages.segments.routes import blueprint, found
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

HEADS = ("email", "language", "source", "confirmed")


@blueprint.get("/<int:segment_id>/members.csv")
@staff
def members_csv(segment_id: int) -> Response:
    """Everybody the segment holds now, with their profile, in slices as the browser takes them."""
    with current_database().read() as session:
        segment = found(session, segment_id)
        names = catalogue(session)
        try:
            tree = read_tree(names, segment.tree, own_id=segment.id)
        except TreeError:
            abort(404)
    lines = stream_with_context(_lines(tree, names.fields, comma=current_language() == "es"))
    name = pick(segment.name, current_language())
    return Response(lines, mimetype="text/csv", headers={"Content-Disposition": disposition(name, "csv")})


def _lines(tree: Tree, fields: tuple[FieldFacts, ...], *, comma: bool) -> Iterator[str]:
    yield as_csv([[*HEADS, *(field.key for field in fields)]], decimal_comma=comma)
    with current_database().read() as session:
        for people in everybody(session, tree, now=current_instant()):
            profiles = values(session, [person.id for person in people])
            rows = [_row(person, profiles[person.id], fields) for person in people]
            yield as_csv(rows, decimal_comma=comma).removeprefix("\ufeff")


def _row(person: Subscriber, profile: dict[str, Any], fields: tuple[FieldFacts, ...]) -> list[str]:
    confirmed = person.confirmed_at.date().isoformat() if person.confirmed_at else ""
    start = [person.email, person.language or "", person.source_class, confirmed]
    return [*start, *(_cell(profile.get(field.key), field) for field in fields)]


def _cell(value: Any, field: FieldFacts) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(_label(one, field) for one in value)
    return _label(value, field) if field.options else f"{value:g}" if isinstance(value, float) else str(value)


def _label(key: str, field: FieldFacts) -> str:
    return pick(field.options.get(key, {}), current_language()) or key
