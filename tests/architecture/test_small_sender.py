"""There may be many senders, and each is held small by what it does not load."""

import shutil
from pathlib import Path

import pytest

from tests.architecture.shape import ROOT
from tests.architecture.small_sender import needless


def test_a_sender_loads_nothing_that_only_others_need() -> None:
    assert needless(ROOT) == []


@pytest.mark.parametrize("planted", ["pydantic", "sqlalchemy.dialects.postgresql", "mailflow.content.compile"])
def test_a_planted_import_is_found(tmp_path: Path, planted: str) -> None:
    shutil.copytree(ROOT / "mailflow", tmp_path / "mailflow", ignore=shutil.ignore_patterns("static", "__pycache__", "translations"))
    with (tmp_path / "mailflow/scheduler/pace.py").open("a", encoding="utf-8") as file:
        file.write(f"\nimport {planted}\n")
    assert planted in needless(tmp_path)
