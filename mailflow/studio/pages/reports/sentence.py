"""The one sentence above a table: what it says for sure, or that it says nothing."""

from dataclasses import dataclass

from flask_babel import gettext as _

from mailflow.reporting.words import Difference, Verdict, VerdictKind
from mailflow.studio.formats import number, percent
from mailflow.studio.pages.reports.labels import Labels

_TWICE_FROM, _TWICE_TO = 1.8, 2.2
_HALF = 0.55


@dataclass(frozen=True)
class Said:
    """A sentence whose beginning matters most."""

    first: str = ""
    then: str = ""


def sentence(verdict: Verdict, key: str, labels: Labels) -> Said:
    """The verdict in words; plain text, which the page escapes."""
    if verdict.row is None or verdict.row.difference is None:
        return Said(then=_silence(verdict.kind))
    found = verdict.row.difference
    first = _comparison(found, labels.people(key, verdict.row.value))
    low, high = sorted((abs(found.interval.low), abs(found.interval.high)))
    rates = _("%(rate)s against %(rest)s.", rate=percent(verdict.row.figures.click_rate), rest=percent(found.rest))
    sure = _(
        "Hardly chance: the difference lies between %(low)s and %(high)s points.", low=number(100 * low, 1), high=number(100 * high, 1)
    )
    return Said(first, " ".join([rates, sure, *_others(verdict, key, labels)]))


def _silence(kind: VerdictKind) -> str:
    if kind is VerdictKind.NOTHING_YET:
        return str(_("Nothing has been delivered yet. The comparison comes with the first answers."))
    if kind is VerdictKind.ALL_SMALL:
        return str(_("The groups are still too small to compare: none has 100 people."))
    if kind is VerdictKind.ONE_GROUP:
        return str(_("There are not two groups of 100 people or more to compare."))
    return str(_("No group can be told apart from the rest for sure: what differs here may be chance."))


def _comparison(found: Difference, who: str) -> str:
    """The sentence's beginning by how far the group is from the rest."""
    times = (found.rest + found.by) / found.rest if found.rest else 1.0
    if times >= _TWICE_TO:
        return str(_("%(who)s clicked more than twice as often as the rest", who=who))
    if times >= _TWICE_FROM:
        return str(_("%(who)s clicked about twice as often as the rest", who=who))
    if found.by > 0:
        return str(_("%(who)s clicked more often than the rest", who=who))
    if times <= _HALF:
        return str(_("%(who)s clicked half as often as the rest, or less", who=who))
    return str(_("%(who)s clicked less often than the rest", who=who))


def _others(verdict: Verdict, key: str, labels: Labels) -> list[str]:
    above, below = (", ".join(labels.value(key, value) for value in values) for values in (verdict.above, verdict.below))
    said = [_("Also above the rest: %(names)s.", names=above)] if above else []
    return said + ([_("Below it: %(names)s.", names=below)] if below else [])
