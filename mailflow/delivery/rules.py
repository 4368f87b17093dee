"""How politely a provider is written to: what its answers do to our speed there, and how that comes back. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

SLOW_BY = 10.0
"""A provider that asks for patience gets a tenth of what it got."""
STEP = timedelta(minutes=15)
STEPS = 6
"""After so many steps it is as before: ninety minutes."""
STOPPED_FOR = timedelta(hours=4)
"""A provider that refuses us by its rules is left alone for so long, then tried with very few."""
FEWER_AFTER_STOP = 100.0
LEAST = 1.0
"""Messages a minute: no provider is written to more slowly, but for one that is stopped."""
THROTTLES, REFUSALS = 3.0, 5.0
"""Answers of each kind after which something is done."""
FORGIVEN_BY = 20
"""So many messages taken meanwhile make one such answer forgotten: it was one reader's matter."""
SETTLING = timedelta(minutes=1)
"""What was under way when it was slowed is still answered; that says nothing new."""
CAPACITY = timedelta(seconds=2)
"""What was not used of the rate is kept for so long."""
_TRUST = timedelta(minutes=1)
"""An instant further ahead than this was written by a clock that was wrong."""
_NEARLY = 1e-6


class Key(NamedTuple):
    """A bucket's name: the domain we send as, and the provider we send to."""

    sender: str
    provider: str


class Slowing(NamedTuple):
    """What a provider's answers brought about: of ``usual`` messages a minute only ``slow`` ones, since some moment; where it
    stopped us, none ``until`` another."""

    usual: float
    slow: float
    since: datetime
    until: datetime | None = None


def pace(slowing: Slowing, now: datetime) -> float | None:
    """Messages a minute that may go now: 0 while it is stopped, more with each step, None when it is as before."""
    if slowing.since - now > _TRUST:
        return None
    if slowing.until and now < slowing.until:
        return 0.0
    steps = max(0, (now - (slowing.until or slowing.since)) // STEP)
    rate = slowing.slow * SLOW_BY ** (steps / STEPS)
    return None if rate >= slowing.usual * (1 - _NEARLY) else rate


def free_at(slowing: Slowing) -> datetime:
    """When it will be as before, if nothing new is said."""
    at = slowing.until or slowing.since
    while pace(slowing, at) is not None:
        at += STEP
    return at


def struck(before: float, taken: int, new: int) -> float:
    """What counts of a provider's unwelcome answers: those of before, less what it ``taken`` since made up for, and the new ones."""
    return max(0.0, before - taken / FORGIVEN_BY) + new


def slowed(before: Slowing | None, measured: float, now: datetime) -> Slowing:
    """It asks for patience: a tenth of its present pace, or of the ``measured`` messages a minute where it had none."""
    current = pace(before, now) if before else None
    if before is None or current is None:
        usual = max(measured, LEAST * SLOW_BY)
        return Slowing(usual, usual / SLOW_BY, now)
    if current == 0 or now - before.since < SETTLING:
        return before
    return Slowing(before.usual, max(LEAST, current / SLOW_BY), now)


def stopped(before: Slowing | None, measured: float, now: datetime) -> Slowing:
    """It refuses us by its rules: nothing for a while, then a hundredth of what it got."""
    current = pace(before, now) if before else None
    if before and current == 0:
        return before
    usual = before.usual if before and current is not None else max(measured, LEAST * SLOW_BY)
    return Slowing(usual, max(LEAST, usual / FEWER_AFTER_STOP), now, now + STOPPED_FOR)


def is_on_trial(slowing: Slowing | None, now: datetime) -> bool:
    """Whether it was stopped and is tried again: one more refusal is enough then."""
    return bool(slowing and slowing.until and now >= slowing.until and pace(slowing, now) is not None)


def filled(tokens: float, filled_at: datetime | None, rate: float, now: datetime) -> tuple[float, datetime]:
    """Messages that may go at once where ``tokens`` were left at some moment, and as of when; ``rate`` is a minute.

    Machines' clocks differ by moments: one that is behind adds nothing, and takes nothing back.
    """
    if filled_at is None or filled_at - now > _TRUST:
        return tokens, now
    most = max(1.0, rate * (CAPACITY / _MINUTE))
    spent = max(timedelta(0), now - filled_at)
    return min(most, tokens + rate * (spent / _MINUTE) + _NEARLY), max(filled_at, now)


_MINUTE = timedelta(minutes=1)


def next_slot(taken_until: datetime | None, rate: float, now: datetime) -> datetime:
    """When the next of those who wait may go, behind those who have a place already; never further off than the next look at them."""
    last = now + STEP
    begins = max(taken_until or now, now)
    return last if rate <= 0 or begins >= last else min(last, begins + _MINUTE / rate)
