"""Intervals, differences and the sentence, by figures worked out elsewhere."""

import pytest

from mailflow.foundation.spreadsheet import safe_cell
from mailflow.reporting.rules import compare, newcombe, verdict, wilson
from mailflow.reporting.sheet import as_csv
from mailflow.reporting.words import Figures, Interval, Row, VerdictKind


def row(value: str, delivered: int, clicked: int, rest: Figures | None = None, groups: int = 2) -> Row:
    figures = Figures(rows=delivered, sent=delivered, clicked=clicked)
    total = rest and Figures(sent=rest.sent + delivered, clicked=rest.clicked + clicked)
    return Row(value, figures, wilson(clicked, delivered), compare(figures, total, groups) if total else None)


def test_wilsons_interval_of_a_known_rate() -> None:
    found = wilson(83, 486)
    assert (round(found.low, 3), round(found.high, 3)) == (0.140, 0.207)


@pytest.mark.parametrize(("hits", "tries"), [(0, 0), (0, 5), (5, 5), (1, 1), (0, 10**6), (10**6, 10**6)])
def test_an_interval_holds_the_rate_and_stays_between_nobody_and_everybody(hits: int, tries: int) -> None:
    found = wilson(hits, tries)
    assert 0.0 <= found.low <= (hits / tries if tries else 0.5) <= found.high <= 1.0


def test_newcombes_interval_of_a_known_difference() -> None:
    found = newcombe((83, 486), (1019, 11760))
    assert (round(found.low, 3), round(found.high, 3)) == (0.053, 0.120)


def test_a_difference_whose_interval_touches_zero_is_not_told_apart() -> None:
    found = row("m", 3587, 348, Figures(sent=12246 - 3587, clicked=1102 - 348)).difference
    assert (round(found.interval.low, 3), round(found.interval.high, 3)) == (-0.001, 0.022)
    assert not found.told_apart
    assert Interval(-0.1, 0.0).touches_zero


@pytest.mark.parametrize(("delivered", "rest"), [(99, 5000), (5000, 99), (0, 5000)])
def test_under_a_hundred_people_on_either_side_nothing_is_said(delivered: int, rest: int) -> None:
    assert row("x", delivered, 0, Figures(sent=rest)).difference is None


def test_one_clear_group_is_the_sentence() -> None:
    rows = [row("new", 486, 83, Figures(sent=11760, clicked=1019)), row("old", 3218, 232, Figures(sent=9028, clicked=870))]
    said = verdict(rows)
    assert (said.kind, said.row, said.below) == (VerdictKind.MORE, rows[0], ("old",))


def test_people_of_whom_nothing_is_known_are_never_the_sentence() -> None:
    rows = [row("unknown", 486, 83, Figures(sent=11760, clicked=1019)), row("f", 3587, 348, Figures(sent=8659, clicked=754))]
    assert verdict(rows).kind is VerdictKind.NO_DIFFERENCE


def test_what_shows_only_because_many_groups_were_looked_at_is_not_said() -> None:
    lucky = row("lucky", 1000, 112, Figures(sent=9000, clicked=800), groups=40)
    assert lucky.difference.told_apart
    assert not lucky.difference.sure
    assert verdict([lucky]).kind is VerdictKind.NO_DIFFERENCE


def test_the_sentence_admits_what_nobody_knows_yet() -> None:
    assert verdict([]).kind is VerdictKind.NOTHING_YET
    assert verdict([row("f", 0, 0)]).kind is VerdictKind.NOTHING_YET
    assert verdict([row("f", 50, 5), row("m", 60, 1)]).kind is VerdictKind.ALL_SMALL
    assert verdict([row("f", 500, 5)]).kind is VerdictKind.ONE_GROUP


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_of_the_download_can_be_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert f"'{text[:1]}" in as_csv([[text]], decimal_comma=False)


def test_the_download_opens_in_columns_where_the_comma_is_decimal() -> None:
    assert as_csv([["Mujer", 3, 0.5, None]], decimal_comma=True) == "\ufeffMujer;3;0,5;\r\n"
    assert as_csv([["Woman, all", 3, 0.5, -1]], decimal_comma=False) == '\ufeff"Woman, all",3,0.5,-1\r\n'
