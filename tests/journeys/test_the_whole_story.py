"""The whole story in a real browser, over real SMTP: from Ana's sign-up to what her order says in the report, and to her leaving."""

import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.product import Product, letter, running, until
from tests.sink import Sink
from tests.studio.chromium import CHROMIUM, FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.story, pytest.mark.timeout(420)]
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148"
ANA = "ana@example.net"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as opened:
        yield opened


@pytest.fixture
def product(tmp_path: Path, sink: Sink) -> Iterator[Product]:
    with running(tmp_path / "home", mail_url=sink.url) as started:
        yield started


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def shop() -> Iterator[str]:
    """The shop itself, outside mailflow: one page that says so."""

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"<h1>La tienda</h1>")

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests speak."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/mesa"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ana(browser: Browser, product: Product) -> Iterator[Page]:
    """Ana's phone; her last page is kept in build/."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="es-ES", user_agent=PHONE, base_url=product.url)
    page = context.new_page()
    yield page
    page.screenshot(path="build/story-ana.png", full_page=True)


@pytest.fixture
def bruno(browser: Browser, product: Product) -> Iterator[Page]:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="es-ES", base_url=product.url).new_page()
    page.goto("/studio/")
    page.fill("input[name=email]", product.email)
    page.fill("input[name=password]", product.password)
    page.click("main button[type=submit]")
    yield page
    page.screenshot(path="build/story-bruno.png", full_page=True)


def test_from_sign_up_to_report_and_leaving(product: Product, sink: Sink, shop: str, ana: Page, bruno: Page) -> None:
    _bruno_adds_a_list_and_switches_the_welcome_on(bruno)

    _ana_signs_up(ana)
    _ana_confirms(ana, letter(sink, ANA, "Confirma"))
    code = _her_code(letter(sink, ANA, "bienvenida"))

    _bruno_builds_a_segment_of_women(bruno)
    _bruno_writes_a_newsletter(bruno, shop)
    _bruno_sends_it(bruno)
    newsletter = letter(sink, ANA, "La mesa de Navidad")
    assert newsletter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    _ana_opens_and_clicks(ana, newsletter)
    _she_buys_with_her_code(bruno, product, code)
    _the_report_says_exactly_that(bruno)

    _ana_changes_her_lists(ana, newsletter)
    _ana_leaves(ana, newsletter)
    _elena_joins(ana, sink)
    _the_next_campaign_skips_ana(bruno)
    assert "Traceback" not in product.output.read_text("utf-8")


def _bruno_adds_a_list_and_switches_the_welcome_on(bruno: Page) -> None:
    bruno.goto("/studio/lists/")
    bruno.get_by_role("link", name="Nueva lista").first.click()
    bruno.fill("[name=name_es]", "Novedades del taller")
    bruno.fill("[name=name_en]", "News from the workshop")
    bruno.locator("main").get_by_role("button", name="Crear").or_(bruno.locator("main").get_by_role("button", name="Guardar")).first.click()
    bruno.goto("/studio/sequences/")
    bruno.get_by_role("button", name="Encender").first.click()
    assert bruno.get_by_text("En marcha").first.is_visible()


def _ana_signs_up(ana: Page) -> None:
    ana.goto("/subscribe/newsletter")
    ana.fill("[name=email]", ANA)
    ana.fill("[name=first_name]", "Ana")
    ana.check("[name=sex][value=f]", force=True) if ana.locator("[name=sex][value=f]").count() else ana.select_option("[name=sex]", "f")
    ana.fill("[name=birth_date_day]", "14")
    ana.select_option("[name=birth_date_month]", "3")
    ana.fill("[name=birth_date_year]", "1988")
    ana.select_option("[name=place]", "ES-SE")
    ana.check("[name=interests][value=textil]", force=True)
    ana.check("[name=lists][value=newsletter]", force=True)
    ana.check("[name=consent]", force=True)
    ana.check("[name=tracking]", force=True)
    ana.wait_for_timeout(1200)
    ana.click("#send")
    assert "/sent" in ana.url


def _ana_confirms(ana: Page, mail: EmailMessage) -> None:
    ana.goto(_link(mail, "/confirm/"))
    ana.get_by_role("button", name="Confirmar").click()
    assert ana.get_by_role("heading", level=1).is_visible()


def _her_code(mail: EmailMessage) -> str:
    found = re.search(r"\bANA-[A-Z0-9]{8,}", _text(mail))
    assert found, _text(mail)
    return found.group(0)


def _bruno_builds_a_segment_of_women(bruno: Page) -> None:
    bruno.goto("/studio/segments/new")
    bruno.fill("[name=name]", "Mujeres")
    bruno.get_by_role("button", name="Condición").first.click()
    if not bruno.locator("[id='t.0']").count():
        raise AssertionError(bruno.content())
    bruno.select_option("[id='t.0']", label="Sexo")
    bruno.wait_for_timeout(800)
    bruno.locator("summary[id^='t.0.in.']").click()
    bruno.locator("details").get_by_label("Mujer", exact=True).check()
    bruno.get_by_role("button", name="Guardar", exact=True).click()
    assert until(lambda: bruno.locator("#total .mf-num").inner_text().strip() == "1")


def _bruno_writes_a_newsletter(bruno: Page, shop: str) -> None:
    bruno.goto("/studio/newsletters/new")
    bruno.get_by_role("button", name="Escribir con esta").first.click()
    bruno.fill("[name=subject]", "{{ subscriber.first_name | default: 'Hola' }}, La mesa de Navidad")
    bruno.get_by_label("Enlace del botón").first.fill(shop)
    bruno.get_by_role("button", name="Guardar y ver").click()
    frame = bruno.frame_locator("main iframe").first
    assert frame.get_by_text("La mesa de otoño").first.is_visible()


def _bruno_sends_it(bruno: Page) -> None:
    bruno.goto("/studio/segments/")
    bruno.get_by_role("link", name="Mujeres").first.click()
    bruno.get_by_role("link", name="Empezar una campaña").click()
    _compose_and_confirm(bruno, "Navidad")
    bruno.locator(".mf-state", has_text="Enviada").first.wait_for(timeout=60_000)


def _compose_and_confirm(bruno: Page, name: str) -> None:
    if bruno.locator("[name=name]").count() and not bruno.locator("#compose").count():
        bruno.fill("[name=name]", name)
        bruno.locator("main form button").last.click()
    bruno.select_option("[name=list_id]", index=1) if bruno.locator("[name=list_id] option:checked").get_attribute("value") == "" else None
    bruno.select_option("[name=newsletter_id]", index=1) if bruno.locator("[name=newsletter_id] option:checked").get_attribute(
        "value"
    ) == "" else None
    bruno.fill("[name=name]", name)
    bruno.get_by_role("button", name="Revisar").first.click()
    bruno.locator("main form button.btn-primary").click()


def _ana_opens_and_clicks(ana: Page, mail: EmailMessage) -> None:
    ana.wait_for_timeout(2500)
    html = mail.get_body(("html",)).get_content()
    ana.set_content(html, wait_until="networkidle")
    ana.goto(ana.get_by_role("link", name="Ver la mesa completa").first.get_attribute("href"))
    assert ana.get_by_text("La tienda").is_visible()


def _she_buys_with_her_code(bruno: Page, product: Product, code: str) -> None:
    bruno.goto("/studio/settings/keys")
    bruno.fill("[name=name]", "La tienda")
    bruno.locator("main form button.btn-primary").first.click()
    key = re.search(r"mf_live_[\w-]{43}", bruno.content()).group(0)
    order = {"reference": "CO-1", "email": ANA, "at": datetime.now(UTC).isoformat(), "amount": 7900, "currency": "EUR", "code": code}
    request = urllib.request.Request(
        f"{product.url}/api/v1/events",
        json.dumps({"type": "order", "order": order}).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert '"redeemed"' in answer.read().decode()


def _the_report_says_exactly_that(bruno: Page) -> None:
    bruno.goto("/studio/reports/")
    bruno.get_by_role("link", name="Navidad").first.click()
    figures = bruno.locator(".mf-stats").first.inner_text()
    for said in ("Enviados\n1", "Clics\n1", "Pedidos\n1", "79"):
        assert said in figures, figures
    bruno.get_by_role("link", name="Sexo").first.click()
    row = bruno.get_by_role("row").filter(has=bruno.get_by_role("rowheader", name="Mujer"))
    assert "100" in row.inner_text()
    assert "79" in row.inner_text()


def _ana_changes_her_lists(ana: Page, mail: EmailMessage) -> None:
    ana.goto(_link(mail, "/preferences/"))
    ana.check("[name=lists] >> nth=1", force=True)
    ana.get_by_role("button", name="Guardar").click()
    assert ana.locator("[name=lists] >> nth=1").is_checked()


def _ana_leaves(ana: Page, mail: EmailMessage) -> None:
    ana.goto(_link(mail, "/unsubscribe/"))
    ana.get_by_role("button", name="Dejar").first.click()
    assert ana.get_by_role("heading", level=1).is_visible()


def _elena_joins(phone: Page, sink: Sink) -> None:
    """Somebody to send the next one to, who says nothing of herself."""
    phone.goto("/subscribe/newsletter")
    phone.fill("[name=email]", "elena@example.net")
    phone.check("[name=lists][value=newsletter]", force=True)
    phone.check("[name=consent]", force=True)
    phone.wait_for_timeout(1200)
    phone.click("#send")
    _ana_confirms(phone, letter(sink, "elena@example.net", "Confirma"))


def _the_next_campaign_skips_ana(bruno: Page) -> None:
    bruno.goto("/studio/campaigns/new")
    _compose_and_confirm(bruno, "Año nuevo")
    bruno.locator(".mf-state", has_text="Enviada").first.wait_for(timeout=60_000)
    bruno.get_by_role("link", name="Ver a todos").click()
    row = bruno.get_by_role("row").filter(has_text=ANA)
    assert "baja" in row.inner_text() or "dej" in row.inner_text(), row.inner_text()


def _text(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def _link(mail: EmailMessage, path: str) -> str:
    return re.search(rf"https?://\S*{path}[\w-]{{36}}", _text(mail)).group(0)
