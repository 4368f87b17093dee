"""The contracts about who may import whom hold, and each was seen to break on a planted violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.shape import ROOT

PLANTED = {
    "river": ("mailflow/audience/planted.py", "import mailflow.delivery.claim\n"),
    "river-new-package": ("mailflow/helpers/__init__.py", ""),
    "doors": ("mailflow/studio/planted.py", "import mailflow.beacons\n"),
    "stages-know-no-door": ("mailflow/segments/planted.py", "import flask\n"),
    "narrow-door": ("preference_center/planted.py", "import mailflow.outbox.models\n"),
    "pure-rules": ("mailflow/audience/planted/rules.py", "import sqlalchemy\n"),
    "one-smtp": ("mailflow/scheduler/planted.py", "import mailflow.delivery.transports.smtp\n"),
}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in ("mailflow", "preference_center"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("static", "__pycache__", "translations"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_data_flow_one_way(copy: Path) -> None:
    result = _lint(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_breaks(contract: str, copy: Path) -> None:
    name, text = PLANTED[contract]
    file = copy / name
    file.parent.mkdir(parents=True, exist_ok=True)
    (file.parent / "__init__.py").touch()
    file.write_text('"""Planted."""\n\n' + text, "utf-8")
    result = _lint(copy)
    assert result.returncode != 0, f"{contract} let it pass"


STAGES = ("foundation.accounts", "activity", "audience", "outbox", "offers", "segments", "content", "campaigns", "sequences", "delivery")
STAGES += ("tracking", "foundation.fence", "audience.importing", "audience.finding", "audience.records")


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_loads_alone_and_keeps_a_row_in_each_of_its_tables(stage: str) -> None:
    """With no stage above it imported: what its tables refer to comes with it."""
    command = [sys.executable, "-m", "tests.architecture.one_row", stage]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr.splitlines()[-1]
    assert result.stdout.split()


def test_no_stage_with_tables_is_forgotten() -> None:
    found = {".".join(file.parent.relative_to(ROOT / "mailflow").parts) for file in (ROOT / "mailflow").rglob("models.py")}
    assert found == set(STAGES)
