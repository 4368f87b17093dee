"""Segments of fixed people: chosen by address, taken from an import or a search, or another segment's people at one moment.

Such a segment's tree names itself and nothing else ({"all": [{"fixed": 7}]}), so it is counted, explained, nested and sent to like
every other.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailflow.audience.models import Subscriber
from mailflow.foundation.among import among
from mailflow.foundation.upsert import insert_new
from mailflow.segments.compile import people
from mailflow.segments.models import SegmentMember
from mailflow.segments.save import SaveOutcome, create
from mailflow.segments.words import Tree

SLICE = 2000
"""People put in by one transaction."""


def create_by_hand(session: Session, name: str, *, now: datetime) -> SaveOutcome:
    """A segment with nobody in it yet."""
    outcome = create(session, name, {"all": []}, now=now)
    if outcome.segment:
        outcome.segment.tree = {"all": [{"fixed": outcome.segment.id}]}
        session.flush()
    return outcome


def put_in(session: Session, segment_id: int, chosen: Collection[int], *, now: datetime) -> int:
    """Put people in; how many of them were not in yet. Numbers of nobody are passed over."""
    there = list(session.scalars(select(Subscriber.id).where(among(Subscriber.id, chosen)))) if chosen else []
    return insert_new(session, SegmentMember, [{"segment_id": segment_id, "subscriber_id": one, "added_at": now} for one in there])


def put_in_addresses(session: Session, segment_id: int, addresses: Collection[str], *, now: datetime) -> tuple[int, int]:
    """Put in whoever has one of these addresses: how many were not in yet, and how many addresses nobody has."""
    keys = {address.strip().lower() for address in addresses if address.strip()}
    found = list(session.scalars(select(Subscriber.id).where(among(Subscriber.email_key, keys)))) if keys else []
    return put_in(session, segment_id, found, now=now), len(keys) - len(found)


def put_in_slice(session: Session, segment_id: int, tree: Tree, after: int, *, now: datetime) -> int | None:
    """Put in the next people whom a tree holds now, from the number ``after`` on: the last one's number, None when there are no more."""
    wanted = people(tree, now)
    key = wanted.selected_columns[0]
    chosen = list(session.scalars(wanted.where(key > after).order_by(key).limit(SLICE)))
    put_in(session, segment_id, chosen, now=now)
    return chosen[-1] if len(chosen) == SLICE else None


def take_out(session: Session, segment_id: int, subscriber_id: int) -> bool:
    """Take one person out; whether she was in. She stays in every list."""
    mine = delete(SegmentMember).where(SegmentMember.segment_id == segment_id, SegmentMember.subscriber_id == subscriber_id)
    result: Any = session.execute(mine)
    return bool(result.rowcount)


def latest(session: Session, segment_id: int, *, limit: int = 20) -> list[Subscriber]:
    """Who was put in last."""
    wanted = select(Subscriber).join(SegmentMember, SegmentMember.subscriber_id == Subscriber.id)
    order = (SegmentMember.added_at.desc(), SegmentMember.subscriber_id.desc())
    return list(session.scalars(wanted.where(SegmentMember.segment_id == segment_id).order_by(*order).limit(limit)))
