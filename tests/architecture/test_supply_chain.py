"""What we depend on is pinned by hash, new enough to be safe, and named by no registry's host."""

import re
import subprocess
import sys

from tests.architecture.shape import ROOT

FLOORS = {"jinja2": (3, 1, 6), "werkzeug": (3, 1, 5), "python-liquid": (2, 2, 1)}
LOCKS = ("requirements.lock", "requirements-dev.lock")


def _pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))


def test_s_60_known_holes_are_closed_by_the_versions_pinned() -> None:
    for lock in LOCKS:
        for name, floor in FLOORS.items():
            assert tuple(int(part) for part in _pinned(lock)[name].split(".")[:3]) >= floor, f"{name} in {lock}"


def test_s_60_everything_is_pinned_by_hash_and_names_no_host() -> None:
    for lock in LOCKS:
        text = (ROOT / lock).read_text("utf-8")
        assert "http" not in text
        assert len(re.findall(r"^[a-z0-9._-]+==", text, re.MULTILINE)) == len(
            re.findall(r"^    --hash=.*?(?=\n[a-z]|\Z)", text, re.MULTILINE | re.DOTALL)
        )


def test_s_60_what_is_installed_is_what_is_pinned() -> None:
    frozen = subprocess.run(
        [sys.executable, "-m", "pip", "freeze", "--exclude-editable"], capture_output=True, text=True, check=True
    ).stdout
    installed = {name.lower(): version for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(.+)$", frozen, re.MULTILINE)}
    pinned = _pinned("requirements-dev.lock")
    assert {name: installed[name] for name in FLOORS} == {name: pinned[name] for name in FLOORS}
