"""The address that mails carry is a place, not a page: anything else is refused at the start, in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailflow.foundation.settings import Settings, SettingsError


@pytest.mark.parametrize(
    ("given", "public"),
    [
        ("https://mail.my-shop.example", "https://mail.my-shop.example"),
        ("https://mail.my-shop.example/", "https://mail.my-shop.example"),
        ("http://localhost:8001", "http://localhost:8001"),
        ("http://[::1]:8001", "http://[::1]:8001"),
        ("HTTPS://Mail.My-Shop.example", "https://mail.my-shop.example"),
    ],
)
def test_a_host_with_or_without_a_port_is_taken(tmp_path: Path, given: str, public: str) -> None:
    assert Settings(home=tmp_path, base_url=given).public_url == public


@pytest.mark.parametrize(
    "given",
    [
        "mail.my-shop.example",
        "ftp://mail.my-shop.example",
        "https://",
        "https://mail.my-shop.example/letters",
        "https://mail.my-shop.example/?a=1",
        "https://mail.my-shop.example/#a",
        "https://mail.my-shop.example?",
        "https://me:secret@mail.my-shop.example",
        "https://mail.my-shop.example:99999",
        "https://mail.my-shop.example:0",
        "https://mail.my-shop.example:",
        "https://mail my-shop.example",
        "https://mail.my-shop.example\n",
        "https://mail.my-shop.example\\a",
        "https://[::1",
        'https://a"onclick=.example',
    ],
)
def test_anything_else_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingsError, match="write http"):
        Settings(home=tmp_path, base_url=given)


def test_a_path_is_refused_at_the_start_in_one_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "MAILFLOW_HOME": str(tmp_path / "new"), "MAILFLOW_BASE_URL": "https://my-shop.example/letters"}
    ended = subprocess.run(
        [sys.executable, "-m", "mailflow", "run"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("mailflow cannot start with these settings. MAILFLOW_BASE_URL: ")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "new").exists()
