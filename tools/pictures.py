"""Takes the README's pictures from a fresh demo shop in a real Chromium: make pictures."""

import re
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.product import Product, running
from tests.studio.chromium import CHROMIUM, FLAGS

FOLDER = Path("docs/pictures")


def main() -> None:
    """Start, look, stop."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "home", "--demo") as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        _studio(browser, product)
        _phone(browser, product)
        browser.close()


def _studio(browser: Browser, product: Product) -> None:
    page = _page(browser, product, 1280, 860)
    page.goto("/studio/")
    page.fill("input[name=email]", product.email)
    page.fill("input[name=password]", product.password)
    page.click("main button[type=submit]")
    _shoot(page, "studio")
    page.goto("/studio/reports/")
    page.locator("main table a").first.click()
    page.goto(re.sub(r"\?.*", "", page.url) + "?by=age")
    _shoot(page, "report", height=1560)


def _phone(browser: Browser, product: Product) -> None:
    page = _page(browser, product, 390, 844)
    page.goto("/subscribe/newsletter")
    _shoot(page, "phone")


def _page(browser: Browser, product: Product, width: int, height: int) -> Page:
    viewport = {"width": width, "height": height}
    context = browser.new_context(viewport=viewport, base_url=product.url, locale="en-GB", color_scheme="light")  # type: ignore[arg-type]
    return context.new_page()


def _shoot(page: Page, name: str, *, height: int | None = None) -> None:
    if height and page.viewport_size:
        page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    page.wait_for_timeout(600)  # charts draw themselves after the page is there
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
