"""How each provider is written to, in words: why slowly, until when, how fast it may go."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from mailflow.delivery.providers import Provider, Slowed
from mailflow.outbox.words import Reason
from mailflow.studio.formats import lately, number

_FEW = 10
"""Slower than this, tenths of a message are told."""


@dataclass(frozen=True)
class Standing:
    """How it is: a word, its kind, and what there is to say; ``sender`` is the domain we are known by there, where "go on" helps."""

    word: LazyString
    kind: str
    facts: tuple[str, ...] = ()
    words: str = ""
    sender: str = ""


def standings(one: Provider, now: datetime) -> list[Standing]:
    """One for each domain that it is written to slowly as; else one for all."""
    several = len(one.slowed) > 1
    found = [_slowed(each, several, now) for each in one.slowed]
    limit = tuple(_limit(one))
    if limit:
        found.append(Standing(lazy_gettext("Limited by you"), "", limit))
    return found or [Standing(lazy_gettext("Well"), "ok")]


def _slowed(one: Slowed, several: bool, now: datetime) -> Standing:
    facts = [_("Mail from %(domain)s.", domain=one.sender)] if several else []
    if not one.pace:
        until = lately(one.until or one.free_at, now)
        facts.append(_("Refuses us by its rules since %(time)s.", time=lately(one.since, now)))
        facts.append(_("Nothing goes there until %(time)s; then a few, to see.", time=until))
        return Standing(lazy_gettext("Stopped"), "bad", tuple(facts), one.words, one.sender)
    if one.reason == Reason.POLICY:
        facts.append(_("Refused us by its rules until %(time)s.", time=lately(one.until or one.since, now)))
    else:
        facts.append(_("Asks for patience since %(time)s.", time=lately(one.since, now)))
    rate = number(one.pace, 0 if one.pace >= _FEW else 1)
    facts.append(
        _("%(rate)s a minute for now, more every quarter of an hour; as before at %(time)s.", rate=rate, time=lately(one.free_at, now))
    )
    return Standing(lazy_gettext("Slow"), "warn", tuple(facts), one.words, one.sender)


def _limit(one: Provider) -> list[str]:
    limit, facts = one.limit, []
    if limit and limit.per_minute is not None:
        facts.append(_("At most %(count)s a minute.", count=number(limit.per_minute)))
    if limit and limit.connections is not None:
        facts.append(_("At most %(count)s under way at once.", count=number(limit.connections)))
    return facts
