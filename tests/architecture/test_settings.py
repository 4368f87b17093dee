"""Every setting is explained where its reader looks for it."""

from dataclasses import fields

from mailflow.foundation.settings import Settings
from tests.architecture.shape import ROOT


def test_every_setting_is_in_both_guides() -> None:
    for guide in ("docs/en/settings.md", "docs/es/ajustes.md"):
        text = (ROOT / guide).read_text("utf-8")
        missing = [name for name in (each.name for each in fields(Settings)) if f"MAILFLOW_{name.upper()}" not in text]
        assert missing == [], guide
