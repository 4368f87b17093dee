"""Words of reports: figures, intervals, and what a comparison says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

SMALLEST_GROUP = 100
"""Fewer delivered than this: shown, shaded, and without a verdict."""
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Figures:
    """What came of some messages. People opened, clicked, ordered: each once, and only those it was delivered to."""

    rows: int = 0
    sent: int = 0
    """Taken by the next server."""
    failed: int = 0
    """Given up: refused by their server, or never made."""
    bounced: int = 0
    opened: int = 0
    clicked: int = 0
    ordered: int = 0
    """People with at least one order attributed to the message."""
    orders: int = 0
    revenue: int = 0
    """Cents of those orders, of every message, also of one that bounced later."""
    machine_opened: int = 0
    machine_clicked: int = 0

    @property
    def delivered(self) -> int:
        """Sent and not bounced since: the base of every rate here but the delivery rate."""
        return self.sent - self.bounced

    @property
    def tried(self) -> int:
        """Sent or given up: an address that refused its mail counts against delivery as one that returned it."""
        return self.sent + self.failed

    @property
    def delivery_rate(self) -> float | None:
        """Delivered of those tried; None when nothing was tried."""
        return share(self.delivered, self.tried)

    @property
    def open_rate(self) -> float | None:
        """People who opened, of those delivered."""
        return share(self.opened, self.delivered)

    @property
    def click_rate(self) -> float | None:
        """People who clicked, of those delivered."""
        return share(self.clicked, self.delivered)

    @property
    def order_rate(self) -> float | None:
        """People who ordered, of those delivered."""
        return share(self.ordered, self.delivered)

    @property
    def revenue_per_mail(self) -> float | None:
        """Cents for each mail delivered."""
        return share(self.revenue, self.delivered)

    @property
    def average_order(self) -> float | None:
        """Cents of an order."""
        return share(self.revenue, self.orders)


def share(part: float, whole: float) -> float | None:
    """``part`` of ``whole``; None where there is nothing to be a part of."""
    return part / whole if whole else None


@dataclass(frozen=True)
class Interval:
    """From ``low`` to ``high``, 95 % sure unless said otherwise."""

    low: float
    high: float

    @property
    def touches_zero(self) -> bool:
        """Whether zero is among what it may be."""
        return self.low <= 0.0 <= self.high


@dataclass(frozen=True)
class Difference:
    """How far a group's click rate is from the rest's, as a share (0.084 are 8.4 points)."""

    rest: float
    """The rest's rate."""
    by: float
    interval: Interval
    sure: bool
    """Still not zero when as many groups as the table has are compared at once (Bonferroni)."""

    @property
    def told_apart(self) -> bool:
        """Whether the interval leaves zero out; otherwise "no se distingue"."""
        return not self.interval.touches_zero


@dataclass(frozen=True)
class Row:
    """One group of a campaign's report; a person counts in each of her interests."""

    value: str
    figures: Figures
    interval: Interval
    """Of the click rate (Wilson)."""
    difference: Difference | None
    """None for groups under 100, and where nobody is outside the group."""

    @property
    def small(self) -> bool:
        """Whether the group is too small for a verdict."""
        return self.figures.delivered < SMALLEST_GROUP


class VerdictKind(StrEnum):
    """What the table says in one sentence."""

    NOTHING_YET = "nothing-yet"
    ALL_SMALL = "all-small"
    ONE_GROUP = "one-group"
    """There is nobody to compare with."""
    NO_DIFFERENCE = "no-difference"
    MORE = "more"
    LESS = "less"


@dataclass(frozen=True)
class Verdict:
    """The sentence of a breakdown: the group that differs most for sure, and the others that do."""

    kind: VerdictKind
    row: Row | None = None
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """How many did not get it and why: the message's state and reason words."""

    state: str
    reason: str
    people: int


@dataclass(frozen=True)
class CampaignReport:
    """What a mailing brought. Totals include the opens and clicks of people who agreed to totals only.

    Those are loads and clicks, not people (nobody can tell them apart), so totals may run a little high; they are
    capped at the number delivered and appear in no breakdown.
    """

    mailing_id: int
    name: str
    list_id: int | None
    started_at: datetime
    figures: Figures
    """Of the rows alone: people who agreed to be told apart."""
    aggregate_opens: int
    aggregate_clicks: int
    machine_opens: int
    machine_clicks: int
    left_out: tuple[LeftOut, ...]

    @property
    def opened(self) -> int:
        """Opens by people, those counted as totals included."""
        return min(self.figures.delivered, self.figures.opened + self.aggregate_opens)

    @property
    def clicked(self) -> int:
        """Clicks by people, those counted as totals included."""
        return min(self.figures.delivered, self.figures.clicked + self.aggregate_clicks)

    @property
    def open_rate(self) -> float | None:
        """``opened`` of those delivered."""
        return share(self.opened, self.figures.delivered)

    @property
    def click_rate(self) -> float | None:
        """``clicked`` of those delivered."""
        return share(self.clicked, self.figures.delivered)


@dataclass(frozen=True)
class Hour:
    """What had come in by the end of an hour since the start; cumulative."""

    hour: int
    opens: int
    clicks: int
    machine_opens: int


@dataclass(frozen=True)
class CampaignLine:
    """One campaign in a list of campaigns; its totals as in :class:`CampaignReport`."""

    campaign_id: int
    name: str
    state: str
    started_at: datetime
    report: CampaignReport


@dataclass(frozen=True)
class MonthLine:
    """The campaigns of one month, by value; ``month`` is its first day."""

    month: date
    campaigns: int
    values: dict[str, Figures]


@dataclass(frozen=True)
class StepLine:
    """What one mail of a sequence brought so far."""

    step_id: int
    position: int
    template: str
    figures: Figures


@dataclass(frozen=True)
class Summary:
    """The dashboard's figures; windows end now."""

    confirmed: int
    """People with at least one confirmed list."""
    joined_30_days: int
    left_30_days: int
    reached_90_days: int
    """Of the confirmed, people a mail was delivered to."""
    known: int
    """Of the confirmed, people who agreed that their clicks are kept; of the others nobody knows."""
    active_90_days: int
    """Of the known, people who clicked or ordered."""
    silent: int
    """People who did not answer a reactivation."""
    revenue_30_days: int
    orders_30_days: int
    last: CampaignLine | None
    campaigns: Sequence[CampaignLine] = ()
