"""What kind of customer somebody is, from facts. Pure.

Stages: who bought within ACTIVE_DAYS is an active customer, who bought before that an inactive one; who never bought is a lead
if she clicked within LEAD_DAYS, else a prospect. A year, since most shops' customers come back within one if they ever do; ninety
days, the span that the ready segments ask about.

RFM (Hughes, Strategic Database Marketing, 1994): customers in fifths by how lately (R), how often (F) and for how much (M) they
bought, 5 the best; equal values are in the same fifth. The groups by name are drawn from these fifths by ``group_of``.
"""

from collections.abc import Collection

from mailflow.segments.words import Rfm, Stage

ACTIVE_DAYS = 365
LEAD_DAYS = 90
FIFTHS = range(1, 6)


def stage_of(clicked_days: float | None, ordered_days: float | None) -> Stage:
    """The stage of somebody who clicked and ordered last so many days ago; None is never."""
    if ordered_days is not None:
        return Stage.ACTIVE if ordered_days <= ACTIVE_DAYS else Stage.INACTIVE
    return Stage.LEAD if clicked_days is not None and clicked_days <= LEAD_DAYS else Stage.PROSPECT


def fifth(below: int, customers: int) -> int:
    """The fifth of a customer than whom ``below`` of all ``customers`` have less."""
    return 1 + 5 * below // customers


def group_of(lately: int, often: int, much: int) -> Rfm:
    """The group of a customer by her fifths."""
    if lately >= 4:
        if often >= 4:
            return Rfm.CHAMPIONS if much >= 4 else Rfm.LOYAL
        return Rfm.RECENT
    if lately == 3:
        return Rfm.LOYAL if often >= 4 else Rfm.NEEDS_ATTENTION
    return Rfm.AT_RISK if often >= 3 else Rfm.INACTIVE


def codes(groups: Collection[str]) -> list[int]:
    """The fifths that make up these groups, as numbers: 543 is R 5, F 4, M 3."""
    every = ((lately, often, much) for lately in FIFTHS for often in FIFTHS for much in FIFTHS)
    return [lately * 100 + often * 10 + much for lately, often, much in every if group_of(lately, often, much) in groups]
