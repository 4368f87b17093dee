"""A marketer's story in a real browser, in both languages: a dirty Excel file becomes people, a segment, and its explanation."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.product import Product, running
from tests.studio.chromium import chromium
from tests.studio.import_shop import GROUNDS, TILL, workbook

pytestmark = [pytest.mark.browser, pytest.mark.story, pytest.mark.timeout(300)]


class Reader(NamedTuple):
    """In what language, and on how wide a screen, Bruno does it; the words he looks for."""

    language: str
    width: int
    people: str
    look: str
    born: str
    points: str
    birthday: str
    consent: str
    try_out: str
    trial: str
    alike: str
    begin: str
    done: str
    build: str
    condition: str
    sex: str
    woman: str
    save: str
    explain: str
    is_in: str
    is_out: str


SPANISH = Reader(
    "es", 1280, "Importar un archivo", "Ver el archivo", "Qué es la columna «F. nacimiento»", "Qué es la columna «Puntos del club»",
    "Fecha de nacimiento",
    "Aceptaron recibir nuestros correos", "Probar", "3 personas estarían en", "Letras que parecen otras",
    "Importar", "3 personas están en", "Crear un segmento",
    "Condición", "Sexo", "Mujer", "Guardar", "Explicar", "Está en el segmento", "No está en el segmento",
)  # fmt: skip
ENGLISH = Reader(
    "en", 390, "Import a file", "Look at the file", "What the column “F. nacimiento” is", "What the column “Puntos del club” is",
    "Date of birth",
    "They agreed to get our mails", "Try it out", "3 people would be in", "Letters that look like others",
    "Bring them in", "3 people are in", "Build a segment",
    "Condition", "Sex", "Woman", "Save", "Explain", "Is in the segment", "Is not in the segment",
)  # fmt: skip


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("till") / "home") as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize("reader", [SPANISH, ENGLISH], ids=["Spanish-1280", "English-390"])
def test_from_a_dirty_file_to_a_segment_with_its_explanation(product: Product, browser: Browser, reader: Reader, tmp_path: Path) -> None:
    file = tmp_path / f"caja-{reader.language}.xlsx"
    file.write_bytes(workbook([[_own(cell, reader.language) for cell in row] for row in TILL]))
    page = _signed_in(product, browser, reader)
    try:
        _uploads(page, reader, file)
        _says_what_is_in_it(page, reader)
        _reads_the_trial_and_starts_it(page, reader)
        _builds_a_segment(page, reader)
        _asks_why(page, reader)
    finally:
        page.screenshot(path=f"build/story-till-{reader.language}.png", full_page=True)
        page.context.close()
    assert "Traceback" not in product.output.read_text("utf-8")


def _own(cell: object, language: str) -> object:
    """The same people for each reader, with addresses of their own; Carla has not left this shop."""
    if isinstance(cell, str) and "carla" in cell:
        return "carla@gmial.com"
    return re.sub(r"@(?=example)", f"@{language}.", cell, flags=re.IGNORECASE) if isinstance(cell, str) else cell


def _signed_in(product: Product, browser: Browser, reader: Reader) -> Page:
    context = browser.new_context(viewport={"width": reader.width, "height": 844}, locale=reader.language, base_url=product.url)
    page = context.new_page()
    page.goto("/studio/")
    page.fill("input[name=email]", product.email)
    page.fill("input[name=password]", product.password)
    page.click("main button[type=submit]")
    page.wait_for_selector(".mf-nav")
    page.locator(f".mf-lang button[value={reader.language}]").first.evaluate("button => button.click()")
    expect(page.locator("html")).to_have_attribute("lang", reader.language)
    return page


def _uploads(page: Page, reader: Reader, file: Path) -> None:
    page.goto("/studio/subscribers/")
    page.get_by_role("link", name=reader.people).first.click()
    page.set_input_files("#file", file)
    page.get_by_role("button", name=reader.look).click()


def _says_what_is_in_it(page: Page, reader: Reader) -> None:
    """Of the points there was no field."""
    page.get_by_label(reader.born).select_option(label=reader.birthday)
    if page.get_by_label(reader.points).input_value() == "":  # the second reader finds it guessed: it was made a field by the first
        page.get_by_label(reader.points).select_option("new:number")
    page.get_by_role("radio", name=re.compile(reader.consent)).check()
    page.fill("[name=wording]", GROUNDS["wording"])
    page.fill("[name=source]", GROUNDS["source"])
    page.get_by_role("button", name=reader.try_out, exact=True).click()


def _reads_the_trial_and_starts_it(page: Page, reader: Reader) -> None:
    expect(page.locator("#progress")).to_contain_text(reader.trial, timeout=30_000)
    expect(page.locator("#progress")).to_contain_text("dario@gmail.com")
    with page.expect_download() as report:
        page.locator("a[href$='report.csv']").click()
    assert reader.alike in Path(report.value.path()).read_text("utf-8-sig")
    page.reload()
    page.get_by_role("button", name=reader.begin, exact=True).click()
    expect(page.locator("#progress")).to_contain_text(reader.done, timeout=30_000)


def _builds_a_segment(page: Page, reader: Reader) -> None:
    page.get_by_role("link", name=reader.build).click()
    page.fill("[name=name]", f"{reader.woman} ({reader.language})")
    page.get_by_role("button", name=reader.condition).first.click()
    page.select_option("[id='t.0']", label=reader.sex)
    page.locator("summary[id^='t.0.in.']").click()
    page.locator("details").get_by_label(reader.woman, exact=True).check()
    page.get_by_role("button", name=reader.save, exact=True).click()


def _asks_why(page: Page, reader: Reader) -> None:
    for address, said in (("ana.ruiz", reader.is_in), ("fermin", reader.is_out)):
        page.fill("#who", f"{address}@{reader.language}.example.org")
        page.get_by_role("button", name=reader.explain).click()
        expect(page.locator("#why")).to_contain_text(said)
