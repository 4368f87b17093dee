"""What is installed from a wheel is whole: both packages, templates, migrations, static files, catalogues."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.shape import ROOT


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)], cwd=ROOT, check=True, capture_output=True
    )
    return set(zipfile.ZipFile(next(target.glob("*.whl"))).namelist())


def _wanted(folder: str, inside: str) -> set[str]:
    tracked = subprocess.run(["git", "ls-files", folder], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    return {inside + name.removeprefix(folder) for name in tracked if name and Path(ROOT / name).exists()}


@pytest.mark.parametrize(
    ("folder", "inside"),
    [
        ("mailflow", "mailflow"),
        ("preference_center", "preference_center"),
        ("templates", "mailflow/_templates"),
        ("migrations", "mailflow/_migrations"),
    ],
)
def test_every_tracked_file_is_in_it(names: set[str], folder: str, inside: str) -> None:
    assert _wanted(folder, inside) - names == set()


def test_nothing_is_installed_beside_our_packages(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.startswith("mailflow-")} == {"mailflow", "preference_center"}
