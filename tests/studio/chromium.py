"""A real studio on a loopback port, and a real Chromium that opens its pages and listens for complaints."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from tests.studio.conftest import BRUNO, PASSWORD

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: the tests speak."""


@contextmanager
def served(studio: Flask) -> Iterator[str]:
    """The studio below /studio on a free port; yields its address."""
    site = DispatcherMiddleware(Response(status=404), {"/studio": studio})
    server = make_server("127.0.0.1", 0, site, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/studio"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser for several pages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Window:
    """One window of a browser, signed in as Bruno; keeps what its console complained of."""

    def __init__(self, browser: Browser, address: str, *, width: int = 1280, theme: str = "light") -> None:
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme="dark" if theme == "dark" else "light")
        self.address = address
        self.width = width
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self) -> None:
        self.open("/sign-in")
        self.page.fill("#email", BRUNO)
        self.page.fill("#password", PASSWORD)
        self.page.click("main .btn-primary")
        self.page.wait_for_selector(".mf-nav")

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")

    def faults(self) -> list[str]:
        """What axe finds, what the console said, and whether the page scrolls sideways."""
        answer = Axe().run(self.page, options={"runOnly": RULES})
        found = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in answer.response["violations"]]
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        return found + self.complaints + ([f"scrolls sideways: {wide}"] if wide > self.width else [])
