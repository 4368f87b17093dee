"""How the demo's people answer a mail: pure chances, so that every report has something true to tell.

What can be found in the reports: the first month answers most; who likes the topic clicks more; women click more on
linen and flowers; middle ages buy most; referral and shop beat paid; Seville, where the shop is, beats the rest.
"""

from dataclasses import dataclass
from datetime import date, datetime

from mailflow.demo.issues import Issue
from mailflow.demo.people import Person

_BY_SUBSCRIPTION_DAYS = ((30, 1.7), (90, 1.3), (365, 1.0), (10_000, 0.8))
_LOVED_BY_WOMEN = {"textil", "flores", "regalos"}


@dataclass(frozen=True)
class Chances:
    """Of opening; of clicking once opened; of buying once clicked; each from 0 to 1."""

    open: float
    click: float
    order: float


def chances(person: Person, issue: Issue) -> Chances:
    """This person's chances with this issue."""
    fresh = next(factor for days, factor in _BY_SUBSCRIPTION_DAYS if (issue.due - person.joined).days < days)
    likes = person.profile.get("interests", [])
    topic = 1.7 if isinstance(likes, list) and issue.topic in likes else 0.85
    women = 1.3 if person.sex == "f" and issue.topic in _LOVED_BY_WOMEN else 1.0
    home = 1.25 if person.profile.get("place") == "ES-SE" else 1.0
    care = person.care * fresh
    return Chances(
        open=min(0.92, 0.36 * care * (0.7 + 0.3 * topic)),
        click=min(0.75, 0.26 * topic * women * home * (1.2 if issue.sale else 1.0) * (0.6 + 0.4 * care)),
        order=min(0.5, 0.11 * _age_factor(person, issue.due) * home * (1.4 if issue.sale else 1.0)),
    )


def _age_factor(person: Person, now: datetime) -> float:
    born = person.profile.get("birth_date")
    if not isinstance(born, date):
        return 0.8
    age = (now.date() - born).days // 365
    return 1.5 if 35 <= age < 55 else 0.9 if age >= 55 else 0.6
