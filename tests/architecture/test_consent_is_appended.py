"""Consent lines are only ever added: nothing in the code changes or deletes them (a person's erasure takes hers along)."""

import re
from pathlib import Path

import pytest

from tests.architecture.shape import ROOT

_APPENDED = ("ConsentLine", "SuppressionLine")
_CHANGE = re.compile(
    rf"(?:update|delete)\(\s*(?:\w+\.)?(?:{'|'.join(_APPENDED)})\b|(?:UPDATE|DELETE FROM)\s+(?:consent|suppression_line)\b"
)


def changed(root: Path) -> list[str]:
    """Where a line that must stay is changed."""
    return [str(file.relative_to(root)) for file in sorted(root.rglob("*.py")) if _CHANGE.search(file.read_text("utf-8"))]


@pytest.mark.parametrize("code", ["mailflow", "preference_center"])
def test_nothing_changes_what_was_agreed_to(code: str) -> None:
    assert changed(ROOT / code) == []


@pytest.mark.parametrize(
    "planted", ["session.execute(update(ConsentLine).values(granted=True))", "session.execute(delete(models.ConsentLine))"]
)
def test_a_planted_change_is_found(tmp_path: Path, planted: str) -> None:
    (tmp_path / "consent.py").write_text(planted, "utf-8")
    assert changed(tmp_path) == ["consent.py"]
