"""What the page shows of mailings, conversations and minutes, each where it leads to."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import LazyString
from flask_babel import gettext as _

from mailflow.delivery.models import Conversation
from mailflow.delivery.overview import Origin, Overview, PutOff
from mailflow.studio.formats import clock_time, number
from mailflow.studio.mail_names import mail_name
from mailflow.studio.pages.delivery.meaning import meaning
from mailflow.studio.sequence_words import recipe_name
from mailflow.studio.wording import REASONS

_LATEST = 5
"""Conversations shown of each reason."""


@dataclass(frozen=True)
class Place:
    """A mailing's name for the reader, and the page where it is decided about; None where there is none."""

    name: str
    url: str | None = None
    people: str | None = None
    sequence: str = ""


@dataclass(frozen=True)
class Talk:
    """The conversations that went wrong for one reason: how many of those kept, the latest ones, and what it means."""

    reason: str
    count: int
    latest: list[Conversation]
    means: LazyString | str


def place(origin: Origin) -> Place:
    """Where a mailing belongs."""
    if origin.campaign:
        known = origin.campaign.id
        people = url_for("campaigns.people", campaign_id=known, state="uncertain")
        return Place(origin.campaign.name, url_for("campaigns.show", campaign_id=known), people)
    name = mail_name(origin.mailing.name, origin.mailing.template)
    if origin.recipe:
        return Place(name, url_for("sequences.show", recipe=origin.recipe), sequence=recipe_name(origin.recipe))
    return Place(name)


def talks(seen: Overview) -> list[Talk]:
    """The last failed conversations by reason, the most frequent first."""
    by_reason = groupby(sorted(seen.conversations, key=lambda one: one.reason), key=lambda one: one.reason)
    found = [(reason, sorted(some, key=lambda one: -one.id)) for reason, some in by_reason]
    found.sort(key=lambda one: -len(one[1]))
    return [Talk(reason, len(some), some[:_LATEST], meaning(reason, some[0].verdict)) for reason, some in found]


def put_off(seen: Overview, most: int) -> list[tuple[PutOff, bool]]:
    """The largest groups; the first of each mailing and reason carries the button that is for all of them."""
    shown = seen.put_off[:most]
    keys = [(one.mailing_id, one.reason) for one in shown]
    return [(one, keys.index(key) == row and one.reason in REASONS) for row, (one, key) in enumerate(zip(shown, keys, strict=True))]


def chart(seen: Overview) -> dict[str, Any]:
    """The last hour's minutes as a line."""
    counts = [count for _minute, count in seen.minutes]
    says = _(
        "Mails accepted a minute within the last hour: %(all)s in all, %(most)s in the best minute, %(last)s in the last one.",
        all=number(sum(counts)),
        most=number(max(counts)),
        last=number(counts[-1]),
    )
    line = {"name": _("Accepted a minute"), "data": counts, "tone": "data-1", "end": _("%(count)s lately", count=number(counts[-1]))}
    times = [clock_time(minute) for minute, _count in seen.minutes]
    return {"says": says, "x": times, "every": 10, "whole": True, "right": 100, "top": 14, "series": [line]}
