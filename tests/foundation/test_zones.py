"""The newest zone data are in force, whoever brought them, without a restart."""

import shutil
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailflow.foundation import zones

PACKED = zones._package()[0]


class Computer:
    """A computer whose own zone data can be updated."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def updates(self, version: str, **same_as: str) -> None:
        """Its data are now of this version; in it Europe/Madrid goes as another place does."""
        (self.folder / "Europe").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKED / same_as.get("madrid", "Europe/Madrid"), self.folder / "Europe/Madrid")
        (self.folder / "tzdata.zi").write_text(f"# version {version}\n", "ascii")


@pytest.fixture
def computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Computer]:
    before = zoneinfo.TZPATH
    with monkeypatch.context() as patched:
        patched.setattr(zones, "_OWN", (tmp_path / "zoneinfo",))
        patched.setattr(zones, "_in_force", None)
        yield Computer(tmp_path / "zoneinfo")
    zoneinfo.reset_tzpath(before)
    ZoneInfo.clear_cache()


def test_a_forgotten_computers_data_give_way_to_the_packages(computer: Computer) -> None:
    computer.updates("2001a", madrid="Asia/Tokyo")
    assert zones.zone_data() == zones.version_in(PACKED) > "2026"
    assert ZoneInfo("Europe/Madrid").key == "Europe/Madrid"
    assert zoneinfo.TZPATH[0] == str(PACKED)


def test_newer_data_hold_as_soon_as_they_are_there(computer: Computer) -> None:
    zones.zone_data()
    computer.updates("2099a", madrid="Asia/Tokyo")
    assert zones.zone_data() == "2099a"
    assert list(zoneinfo.TZPATH) == [str(computer.folder)]


def test_who_names_a_path_means_it(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONTZPATH", str(computer.folder))
    computer.updates("2001a")
    assert zones.zone_data() == "2001a"


def test_without_any_data_of_its_own_the_packages_do(computer: Computer) -> None:
    assert zones.zone_data() == zones.version_in(PACKED)
    assert ZoneInfo("America/Nuuk")
