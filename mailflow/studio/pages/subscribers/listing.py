"""Finding people."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber, Subscription
from mailflow.audience.profile import values
from mailflow.audience.queries import lists
from mailflow.audience.words import SubscriptionState
from mailflow.foundation.language import pick
from mailflow.foundation.limited import Limit
from mailflow.segments.people import Found, Wanted, find_people
from mailflow.segments.queries import segment, segments
from mailflow.segments.words import TreeError
from mailflow.studio.language import current_language
from mailflow.studio.pages.subscribers.naming import full_name
from mailflow.studio.pages.subscribers.routes import blueprint
from mailflow.studio.security import staff
from mailflow.studio.surroundings import current_database, current_instant

PER_PAGE = 50
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Person:
    """One line of the list."""

    row: Subscriber
    name: str
    lists: str
    state: str
    """The best of the person's states: confirmed, pending, left; empty for somebody in no list."""


class Asked(NamedTuple):
    """What the address of the page asks for: a text, a list, a segment, the import that brought them."""

    text: str
    list_id: int | None
    segment_id: int | None
    brought: int | None


@blueprint.get("/")
@staff
def index() -> str:
    """People, newest first, as far as they were looked for."""
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    list_id, segment_id = request.args.get("list", type=int), request.args.get("segment", type=int)
    brought = request.args.get("import", type=int)
    page = min(max(request.args.get("page", 1, type=int), 1), 1_000_000)
    with current_database().read() as session:
        found = _found(session, Asked(text, list_id, segment_id, brought), page)
        people = _people(session, found.people) if found else []
        its_lists = [(one.id, pick(one.name, current_language())) for one in lists(session)]
        its_segments = [(one.id, pick(one.name, current_language())) for one in segments(session)]
    total = found.total if found else 0
    return render_template(
        "studio/subscribers/index.html",
        people=people,
        total=total,
        more=bool(found and found.more),
        broken=found is None,
        page=page,
        pages=max(1, -(-total // PER_PAGE)),
        q=text,
        list_id=list_id,
        segment_id=segment_id,
        brought=brought,
        lists=its_lists,
        segments=its_segments,
    )


def _found(session: Session, asked: Asked, page: int) -> Found | None:
    """The people looked for; None when the segment cannot be read any more."""
    chosen = segment(session, asked.segment_id) if asked.segment_id else None
    tree = chosen.tree if chosen else None
    if asked.brought:
        came: dict[str, Any] = {"origin": [f"import:{asked.brought}"]}
        tree = {"all": [came, {"segment": chosen.id}] if chosen else [came]}
    wanted = Wanted(asked.text, asked.list_id, tree=tree)
    try:
        with Limit().on(session):
            return find_people(session, wanted, now=current_instant(), offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    except TreeError:
        return None


def _people(session: Session, rows: list[Subscriber]) -> list[Person]:
    ids = [row.id for row in rows]
    profiles = values(session, ids)
    names = {one.id: pick(one.name, current_language()) for one in lists(session)}
    standing = session.execute(
        select(Subscription.subscriber_id, Subscription.list_id, Subscription.state).where(Subscription.subscriber_id.in_(ids))
    )
    joined: dict[int, list[str]] = {}
    states: dict[int, set[str]] = {}
    for subscriber_id, list_id, state in standing:
        states.setdefault(subscriber_id, set()).add(state)
        if state == SubscriptionState.CONFIRMED:
            joined.setdefault(subscriber_id, []).append(names[list_id])
    return [Person(row, full_name(profiles[row.id]), ", ".join(joined.get(row.id, [])), _best(states.get(row.id, set()))) for row in rows]


def _best(states: set[str]) -> str:
    order = (SubscriptionState.CONFIRMED, SubscriptionState.PENDING, SubscriptionState.LEFT)
    return next((state.value for state in order if state in states), "")
