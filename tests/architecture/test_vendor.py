"""What is vendored is what vendor.json says, of the versions package-lock.json names, and the locks name no registry."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
VENDOR = ROOT / "mailflow/studio/static/vendor"
FILES = json.loads((VENDOR / "vendor.json").read_text("utf-8"))["files"]
LARGEST_TOTAL = 1_400_000


def test_every_vendored_file_is_listed() -> None:
    listed = {entry["file"] for entry in FILES} | {"vendor.json", "LICENCES.txt"}
    assert {file.name for file in VENDOR.iterdir()} == listed


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["file"])
def test_a_vendored_file_is_unchanged_and_licensed(entry: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert f"{entry['name']} {entry['version']} ({entry['licence']})" in (VENDOR / "LICENCES.txt").read_text("utf-8")


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["file"])
def test_the_lock_file_names_the_vendored_version(entry: dict[str, str]) -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    assert packages[f"node_modules/{entry['name']}"]["version"] == entry["version"]


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text("utf-8")
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text("utf-8")


def test_the_vendored_files_stay_small() -> None:
    assert sum(file.stat().st_size for file in VENDOR.iterdir()) < LARGEST_TOTAL


def test_every_icon_that_a_page_uses_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "icons.svg").read_text("utf-8")))
    pages = "".join(page.read_text("utf-8") for page in (ROOT / "templates/pages/studio").rglob("*.html"))
    used = set(re.findall(r'icon\("([a-z0-9-]+)"', pages))
    assert used - sprite == set()
