"""All that the builder shows for a tree as it stands, whole or not: counts, words, faults, people."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.audience.profile import values
from mailflow.foundation.language import pick
from mailflow.foundation.limited import Limit, TooSlowError
from mailflow.outbox.models import Mailing
from mailflow.outbox.words import MailingKind
from mailflow.segments.catalogue import catalogue, read_tree
from mailflow.segments.count import Counts, counts
from mailflow.segments.describe import describe
from mailflow.segments.explain import Explained, explain
from mailflow.segments.keeping_up import behind
from mailflow.segments.people import NAME_FIELD, person_at
from mailflow.segments.sample import sample
from mailflow.segments.sources import SOURCES
from mailflow.segments.words import Catalogue, Tree, TreeError
from mailflow.studio.company import company
from mailflow.studio.language import current_language
from mailflow.studio.pages.segments.choices import bought_names, links_of, origins
from mailflow.studio.pages.segments.nodes import ROOT, Branch, Row, left_out, path_of, walk, without
from mailflow.studio.pages.segments.reachable import blocked_people
from mailflow.studio.pages.segments.rows import as_json
from mailflow.studio.pages.segments.shapes import Offer, settled

LATEST_MAILINGS = 30
SAMPLE = 6


@dataclass
class Desk:
    """``counted`` leaves rows out that are not finished; it is None when nothing can be counted at all."""

    root: Branch
    offer: Offer
    tree: dict[str, Any]
    faults: dict[str, str]
    counted: Counts | None = None
    by_path: Mapping[str, int | None] = field(default_factory=dict)
    sentence: str = ""
    people: list[Subscriber] = field(default_factory=list)
    profiles: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    who: str = ""
    person: Subscriber | None = None
    explained: Explained | None = None
    slow: bool = False
    """Whether even the whole took too long to count."""
    behind: bool = False
    """Whether the newest that people did is not counted in yet."""

    def name_of(self, person: Subscriber) -> str:
        """What to call a person: the first name, else the address."""
        return str(self.profiles.get(person.id, {}).get(NAME_FIELD) or person.email)


def offer_of(session: Session, own_id: int | None) -> Offer:
    """What rows can offer on this installation now."""
    latest = select(Mailing).where(Mailing.kind != MailingKind.TEST).order_by(Mailing.id.desc()).limit(LATEST_MAILINGS)
    mailings = [(str(one.id), one.name) for one in session.scalars(latest)]
    more = {word: source.choices(session, current_language()) for word, source in SOURCES.items()}
    goods = {by: [(name, name) for name in bought_names(session, by)] for by in ("product", "category")}
    return Offer(
        catalogue(session), mailings, own_id, links_of(session, mailings), origins(session), goods["product"], goods["category"], more
    )


def typed_tree(root: Branch, offer: Offer) -> dict[str, Any]:
    """The JSON of what was typed, every row settled on a way to compare."""
    for _path, node in walk(root):
        if isinstance(node, Row):
            settled(node, offer)
    return as_json(root, offer.fields)


def lay_out(session: Session, root: Branch, *, own_id: int | None, who: str = "", now: datetime) -> Desk:
    """The desk for a tree; rows that make no sense yet say why and are left out of the counting."""
    offer = offer_of(session, own_id)
    tree = typed_tree(root, offer)
    desk = Desk(root, offer, tree, _faults(offer.names, tree, own_id), who=who)
    out = left_out(root, set(desk.faults))
    if ROOT in out:
        return desk
    countable = without(root, out)
    try:
        parsed = read_tree(offer.names, as_json(countable, offer.fields), own_id=own_id)
    except TreeError:
        return desk
    return _counted(session, desk, parsed, out, now)


def _faults(names: Catalogue, tree: dict[str, Any], own_id: int | None) -> dict[str, str]:
    try:
        read_tree(names, tree, own_id=own_id)
    except TreeError as problem:
        return {path_of(fault.at): pick(fault.message, current_language()) for fault in problem.faults}
    return {}


def _counted(session: Session, desk: Desk, tree: Tree, out: set[str], now: datetime) -> Desk:
    limit = Limit()
    desk.sentence = describe(tree, current_language(), currency=company().currency, mailings=dict(desk.offer.mailings))
    desk.behind = behind(session)
    try:
        desk.counted = counts(session, tree, now=now, blocked=blocked_people(session), limit=limit)
        with limit.on(session):
            desk.people = sample(session, tree, now=now, limit=SAMPLE, shuffle=True)
    except TooSlowError:
        desk.slow = desk.counted is None
    if desk.counted:
        paths = [path for path, _node in walk(desk.root) if not any(path == one or path.startswith(f"{one}.") for one in out)]
        desk.by_path = dict(zip(paths, desk.counted.parts.values(), strict=True))
    desk.person = person_at(session, desk.who) if desk.who.strip() else None
    if desk.person:
        with suppress(TooSlowError), Limit().on(session):
            desk.explained = explain(session, tree, desk.person.id, now=now)
    shown = [*desk.people, *([desk.person] if desk.person else [])]
    desk.profiles = values(session, [person.id for person in shown])
    return desk
