"""What providers' answers do to their buckets: a few that ask for patience slow one down, a few refusals by rule stop it."""

import logging
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mailflow.activity.models import Activity
from mailflow.activity.words import Kind
from mailflow.audience.models import Brand
from mailflow.delivery.families import domains_of, family_of
from mailflow.delivery.models import Bucket, ProviderFlow, slowing_of
from mailflow.delivery.replies import without_addresses
from mailflow.delivery.rules import REFUSALS, THROTTLES, Key, Slowing, free_at, is_on_trial, slowed, stopped, struck
from mailflow.delivery.transports.words import Reply, Verdict
from mailflow.foundation.among import among, among_given
from mailflow.foundation.upsert import insert_new
from mailflow.outbox.models import Mailing, Message
from mailflow.outbox.words import Claimed, Reason

_GREYLISTED = re.compile(r"gr[ae]y.?list", re.IGNORECASE)
_LATELY = timedelta(minutes=1)
_MOST_COUNTED = 5000
"""Of the last minute's mails so many are counted to learn the pace: some 10 ms, and only when a provider complains."""
_LEAST_SECONDS = 1.0
_FORGOTTEN_AFTER = timedelta(hours=1)
_LONGEST_WORDS = 200
_SENDERS = select(Mailing.id, Brand.from_address).join(Brand, Brand.id == Mailing.brand_id).where(among_given(Mailing.id, "ids"))
_log = logging.getLogger(__name__)


def is_unwelcome(reply: Reply) -> bool:
    """Whether it is about how we send: too fast, or against their rules. Greylisting only asks for a second try."""
    if reply.reason == Reason.POLICY:
        return True
    return reply.reason == Reason.THROTTLE and reply.verdict != Verdict.UNCERTAIN and not _GREYLISTED.search(reply.text)


def domain_of(address: str) -> str:
    """The domain we send as, the first half of a bucket's name."""
    return address.rpartition("@")[2].lower()


def sender_domains(session: Session, mailing_ids: Collection[int]) -> dict[int, str]:
    """The sending domain of each mailing."""
    rows = session.connection().execute(_SENDERS, {"ids": list(mailing_ids)})
    return {mailing_id: domain_of(address) for mailing_id, address in rows}


def learn(session: Session, said: Iterable[tuple[Claimed, Reply]], *, now: datetime) -> None:
    """Draw the consequences of what servers said in one turn; nothing is read or written where nobody complained."""
    unwelcome = [(row, reply) for row, reply in said if is_unwelcome(reply)]
    if not unwelcome:
        return
    senders = sender_domains(session, {row.mailing_id for row, _ in unwelcome})
    by_key: dict[Key, list[tuple[Claimed, Reply]]] = defaultdict(list)
    for row, reply in unwelcome:
        by_key[Key(senders.get(row.mailing_id, ""), family_of(row.provider))].append((row, reply))
    for key in sorted(by_key):  # in one order for all, so that no two senders wait for each other
        _strike(session, key, by_key[key], now)


def _strike(session: Session, key: Key, answers: Sequence[tuple[Claimed, Reply]], now: datetime) -> None:
    bucket = _locked(session, key)
    taken = _taken(session, key.provider)
    since = max(0, taken - bucket.taken)
    refusals = sum(reply.reason == Reason.POLICY for _, reply in answers)
    bucket.refused = struck(bucket.refused, since, refusals)
    bucket.throttled = struck(bucket.throttled, since, len(answers) - refusals)
    bucket.taken, bucket.struck_at = taken, now
    before = slowing_of(bucket)
    if refusals and (bucket.refused >= REFUSALS or is_on_trial(before, now)):
        _change(bucket, stopped(before, _measured(session, key, now), now), Reason.POLICY, answers, now)
    elif bucket.throttled >= THROTTLES:
        _change(bucket, slowed(before, _measured(session, key, now), now), Reason.THROTTLE, answers, now)
    session.flush()


def _change(bucket: Bucket, after: Slowing, reason: Reason, answers: Sequence[tuple[Claimed, Reply]], now: datetime) -> None:
    bucket.throttled = bucket.refused = 0.0
    if after == slowing_of(bucket):
        return
    row, reply = next((row, reply) for row, reply in reversed(answers) if (reply.reason == Reason.POLICY) == (reason == Reason.POLICY))
    bucket.usual, bucket.slow, bucket.since, bucket.until = after
    bucket.reason = reason
    bucket.words = f"{reply.code or ''} {without_addresses(reply.text, row.address)}".strip()[:_LONGEST_WORDS]
    bucket.tokens, bucket.filled_at, bucket.slots_until = 0.0, now, None
    if after.until:
        _log.warning("%s refuses mail from %s by its rules; nothing goes there until %s", bucket.provider, bucket.sender, after.until)
    else:
        _log.warning("%s asks %s for patience; %.0f mails a minute go there for now", bucket.provider, bucket.sender, after.slow)


def _locked(session: Session, key: Key) -> Bucket:
    fresh = {"throttled": 0.0, "refused": 0.0, "taken": _taken(session, key.provider), "usual": 0.0, "slow": 0.0, "tokens": 0.0}
    insert_new(session, Bucket, [{"sender": key.sender, "provider": key.provider, **fresh}])
    return session.get_one(Bucket, tuple(key), with_for_update=True, populate_existing=True)


def _taken(session: Session, provider: str) -> int:
    """How many messages it took by the record of ten minutes."""
    mine = among(ProviderFlow.provider, domains_of(provider))
    return int(session.scalar(select(func.coalesce(func.sum(ProviderFlow.sent), 0)).where(mine)) or 0)


def _measured(session: Session, key: Key, now: datetime) -> float:
    """Messages a minute that it took lately, by the ledger of what was sent."""
    sent = select(Activity.at, Activity.message_id).where(Activity.kind == Kind.SENT, Activity.at >= now - _LATELY)
    some = sent.order_by(Activity.at.desc()).limit(_MOST_COUNTED).subquery()
    each = select(Message.mailing_id, Message.provider, func.count(), func.min(some.c.at)).join(some, some.c.message_id == Message.id)
    rows = session.execute(each.group_by(Message.mailing_id, Message.provider)).all()
    senders = sender_domains(session, {row[0] for row in rows})
    first = min((row[3] for row in rows), default=now)
    seconds = max((now - first).total_seconds(), _LEAST_SECONDS)
    mine: list[int] = [count for mailing_id, provider, count, _ in rows if Key(senders.get(mailing_id, ""), family_of(provider)) == key]
    return sum(mine) * 60 / seconds


def let_go_on(session: Session, key: Key) -> bool:
    """Forget what a provider's answers brought about: somebody knows better. False where nothing was."""
    bucket = session.get(Bucket, tuple(key), with_for_update=True)
    if bucket is None or bucket.since is None:
        return False
    session.delete(bucket)
    session.flush()
    return True


def forget_buckets(session: Session, *, now: datetime) -> None:
    """Take away those that are as before, and those whose answers are long past."""
    quiet = (Bucket.since.is_(None), Bucket.struck_at < now - _FORGOTTEN_AFTER)
    session.execute(delete(Bucket).where(*quiet).execution_options(synchronize_session=False))
    for bucket in session.scalars(select(Bucket).where(Bucket.since.is_not(None))):
        slowing = slowing_of(bucket)
        if slowing and free_at(slowing) <= now:
            session.delete(bucket)
    session.flush()
