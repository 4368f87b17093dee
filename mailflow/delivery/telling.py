"""Telling how sending goes: a worker of itself, the record of minutes and of conversations that went wrong."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mailflow.delivery.buckets import forget_buckets
from mailflow.delivery.models import Conversation, SentMinute, Worker
from mailflow.delivery.providers import count_flow, forget_flow
from mailflow.delivery.replies import without_addresses
from mailflow.delivery.transports.words import Health, Reply, Verdict
from mailflow.foundation.upsert import insert_all, own_insert
from mailflow.outbox.words import Claimed, Reason

KEPT_CONVERSATIONS = 500
KEPT_MINUTES = timedelta(days=2)
_FORGOTTEN_AFTER = timedelta(minutes=5)
_LONGEST_WORDS = 200


def tell_worker(
    session: Session, name: str, *, started: datetime, in_hand: int, held: str, routes: Sequence[Health], now: datetime
) -> None:
    """Write down how a worker is, and forget those not heard of for long."""
    row = session.get(Worker, name)
    before = {told["route"]: told.get("away_since") for told in row.routes} if row else {}
    ways = [_route(health, before.get(health.route), now) for health in routes]
    told = {"started_at": started, "seen_at": now, "in_hand": in_hand, "held": held, "routes": ways}
    if row is None:
        session.add(Worker(name=name, **told))
    else:
        for key, value in told.items():
            setattr(row, key, value)
    session.execute(delete(Worker).where(Worker.seen_at < now - _FORGOTTEN_AFTER))
    session.flush()


def forget_worker(session: Session, name: str) -> None:
    """It ended in good order."""
    session.execute(delete(Worker).where(Worker.name == name))


def tidy(session: Session, *, now: datetime) -> None:
    """Keep the last conversations and the minutes of two days."""
    newest = session.scalar(select(func.max(Conversation.id))) or 0
    session.execute(delete(Conversation).where(Conversation.id <= newest - KEPT_CONVERSATIONS))
    session.execute(delete(SentMinute).where(SentMinute.minute < now - KEPT_MINUTES))
    forget_flow(session, now=now)
    forget_buckets(session, now=now)


def count_sent(session: Session, rows: Sequence[Claimed], *, now: datetime) -> None:
    """Add these to their mailings' present minute, and to what their providers took."""
    minute = now.replace(second=0, microsecond=0)
    counts = Counter(row.mailing_id for row in rows)
    given = [{"minute": minute, "mailing_id": mailing_id, "count": count} for mailing_id, count in counts.items()]
    if given:
        session.connection().execute(_adding(own_insert(session)), given)
        count_flow(session, sent=[row.provider for row in rows], now=now)


@cache
def _adding(insert: Any) -> Any:
    new = insert(SentMinute.__table__)
    return new.on_conflict_do_update(index_elements=["minute", "mailing_id"], set_={"count": SentMinute.count + new.excluded.count})


def tell_conversations(session: Session, said: Sequence[tuple[Claimed, Reply]], *, now: datetime) -> None:
    """Write down the last words of servers that did not take a message."""
    rows = [
        {
            "at": now,
            "mailing_id": row.mailing_id,
            "message_id": row.id,
            "provider": row.provider,
            "verdict": reply.verdict,
            "reason": reply.reason,
            "code": reply.code,
            "words": without_addresses(reply.text, row.address)[:_LONGEST_WORDS],
        }
        for row, reply in said[-KEPT_CONVERSATIONS:]
    ]
    insert_all(session, Conversation, rows)
    final = (row.provider for row, reply in said if reply.verdict == Verdict.FAILED and reply.reason != Reason.RENDERING)
    count_flow(session, failed=final, now=now)


def _route(health: Health, away_since: str | None, now: datetime) -> dict[str, Any]:
    """``away_since`` is what was told of it before, if it was away then."""
    return {
        "route": health.route,
        "server": health.server,
        "open": health.open,
        "busy": health.busy,
        "away": health.away,
        "away_since": away_since or now.isoformat() if health.away else None,
        "again_in": round(health.again_in),
        "failure": health.failure.text[:_LONGEST_WORDS] if health.failure else "",
        "failed_ago": None if health.failed_ago is None else round(health.failed_ago),
    }
