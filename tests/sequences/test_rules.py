"""The decisions, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from mailflow.sequences.rules import day_faults, next_move
from mailflow.sequences.words import Act, EndReason, Facts, Move, StepKind

NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)
CODE = {"code_ends_at": NOW + timedelta(days=3)}


def facts(**known: object) -> Facts:
    return Facts(**{"now": NOW, "in_list": True} | known)


@pytest.mark.parametrize("kind", list(StepKind))
def test_who_is_not_in_the_list_goes_no_further(kind: StepKind):
    assert next_move(kind, "code-unused", facts(in_list=False, **CODE)) == Move(Act.END, EndReason.LEFT)


@pytest.mark.parametrize(
    ("kind", "word", "known", "move"),
    [
        ("mail", None, {}, Move(Act.SEND)),
        ("mark", "silent", {}, Move(Act.MARK)),
        ("wait", None, {"waited": False}, Move(Act.WAIT)),
        ("wait", None, {"waited": True}, Move(Act.GO_ON)),
        ("condition", "code-unused", CODE, Move(Act.GO_ON)),
        ("condition", "code-unused", {}, Move(Act.END, EndReason.NO_CODE)),
        ("condition", "code-unused", {**CODE, "code_used": True}, Move(Act.END, EndReason.CODE_USED)),
        ("condition", "code-unused", {"code_ends_at": NOW}, Move(Act.END, EndReason.CODE_ENDED)),
        ("condition", "still-quiet", {"reached": True}, Move(Act.GO_ON)),
        ("condition", "still-quiet", {"reached": True, "answered": True}, Move(Act.END, EndReason.ANSWERED)),
        ("condition", "still-quiet", {"answered": True}, Move(Act.END, EndReason.ANSWERED)),
        ("condition", "still-quiet", {}, Move(Act.END, EndReason.NOT_REACHED)),
    ],
)
def test_what_is_done_at_a_step(kind: str, word: str | None, known: dict, move: Move):
    assert next_move(kind, word, facts(**known)) == move


@pytest.mark.parametrize("word", [None, "", "moon-is-full"])
def test_a_condition_nobody_knows_is_a_bug_and_says_so(word: str | None):
    with pytest.raises(ValueError, match="is not a valid Condition"):
        next_move("condition", word, facts())


@pytest.mark.parametrize(
    ("days", "code_days", "wrong"),
    [
        ({"before_code_ends_days": 3}, 14, []),
        ({"before_code_ends_days": 14}, 14, ["before_code_ends_days"]),
        ({"before_code_ends_days": 0}, 14, ["before_code_ends_days"]),
        ({"before_code_ends_days": 3}, None, []),
        ({"quiet_days": 29, "days": 14}, None, ["quiet_days"]),
        ({"quiet_days": 731, "days": 91}, None, ["quiet_days", "days"]),
        ({"quiet_days": 120, "days": 14}, None, []),
    ],
)
def test_which_days_make_sense(days: dict[str, int], code_days: int | None, wrong: list[str]):
    assert day_faults(days, code_days=code_days) == wrong
