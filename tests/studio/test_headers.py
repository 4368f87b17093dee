"""What every answer carries, and that no page needs the policy to be weaker."""

import re
from pathlib import Path

import pytest

from mailflow.foundation.paths import bundled
from tests.studio.conftest import Visitor

PAGES = sorted((bundled("templates") / "pages" / "studio").rglob("*.html"))
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\b(?:src=|type=\"application/json\"))", re.IGNORECASE)


@pytest.mark.parametrize("path", ["/", "/settings/", "/nothing", "/sign-in"])
def test_every_page_carries_the_headers_that_keep_it_safe(bruno: Visitor, path: str) -> None:
    headers = bruno.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_has_a_style_or_script_of_its_own(page: Path) -> None:
    assert INLINE.findall(page.read_text("utf-8")) == []


@pytest.mark.parametrize("planted", ['<p style="x">', "<style>", "<script>", '<a onclick="x">', '<a href="javascript:x">'])
def test_a_planted_style_or_script_is_found(planted: str) -> None:
    assert INLINE.search(planted)


def test_no_page_asks_another_host_for_anything(bruno: Visitor) -> None:
    for path in ("/", "/settings/", "/settings/keys"):
        assert re.findall(r'(?:src|href)="https?://[^"]+\.(?:js|css|woff2|svg|png)', bruno.get(path).text) == []


def test_assets_may_be_kept_for_long_since_their_address_changes_with_them(bruno: Visitor) -> None:
    address = re.search(r'href="([^"]+mailflow\.css\?v=[0-9a-f]{10})"', bruno.get("/").text)
    assert address
    with bruno.get(address[1]) as sheet:
        assert "max-age=31536000" in sheet.headers["Cache-Control"]
