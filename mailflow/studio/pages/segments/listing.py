"""All segments: what each says, and how many people it holds now."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import render_template

from mailflow.foundation.language import pick
from mailflow.foundation.limited import Limit, TooSlowError
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.count import Counts, counts
from mailflow.segments.describe import describe
from mailflow.segments.models import Segment
from mailflow.segments.queries import segments
from mailflow.segments.words import Catalogue, Tree, TreeError
from mailflow.studio.company import company
from mailflow.studio.language import current_language
from mailflow.studio.pages.segments.reachable import blocked_people
from mailflow.studio.pages.segments.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant


@dataclass(frozen=True)
class Line:
    """One segment of the list; without a count when it needs mending, or was too slow to count."""

    segment: Segment
    name: str
    sentence: str
    total: int | None
    reachable: int | None
    slow: bool = False


@blueprint.get("/")
@staff
def index() -> str:
    """The segments: one's own first, then the ready ones."""
    now = current_instant()
    with current_database().read() as session:
        names = catalogue(session)
        blocked = blocked_people(session)
        ask = partial(counts, session, now=now, blocked=blocked, limit=Limit(), each=False)
        lines = [_line(one, names, ask) for one in segments(session)]
    own = [line for line in lines if line.segment.slug is None]
    ready = [line for line in lines if line.segment.slug is not None]
    return render_template("studio/segments/index.html", own=own, ready=ready)


def _line(segment: Segment, names: Catalogue, ask: Callable[[Tree], Counts]) -> Line:
    language = current_language()
    name = pick(segment.name, language)
    try:
        tree = read_tree(names, segment.tree, own_id=segment.id)
    except TreeError as problem:
        return Line(segment, name, pick(problem.faults[0].message, language), None, None)
    sentence = describe(tree, language, currency=company().currency)
    try:
        counted = ask(tree)
    except TooSlowError:
        return Line(segment, name, sentence, None, None, slow=True)
    return Line(segment, name, sentence, counted.total, counted.reachable)
