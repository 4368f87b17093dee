"""Bruno brings the people of the shop's till in: what is in the file, what would become of each row, and nobody before he says so."""

import csv
from datetime import datetime
from io import BytesIO, StringIO

import pytest
from sqlalchemy import func, select

from mailflow.audience.importing.models import Import
from mailflow.audience.models import ConsentLine, Subscriber
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from tests.studio.conftest import Visitor
from tests.studio.import_shop import GROUNDS, TILL, open_shop, work_off, workbook


@pytest.fixture(autouse=True)
def shop(database: Database, now: datetime) -> None:
    open_shop(database, now)


def people(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Subscriber.email_key)))


def upload(bruno: Visitor, content: bytes = b"", name: str = "clientes.xlsx") -> str:
    """The address of the import's page."""
    answer = bruno.post("/imports/", {"file": (BytesIO(content or workbook(TILL)), name)}, content_type="multipart/form-data")  # type: ignore[dict-item]
    assert answer.status_code == 303, answer.text
    return str(answer.location).removeprefix("/studio")


def settled(bruno: Visitor, address: str, **more: str) -> int:
    page = bruno.get(f"{address}?columns=1").text
    chosen = {part.partition('"')[0]: picked(part) for part in page.split('<select class="form-select" id="column-')[1:]}
    data = {f"column-{place}": held for place, held in chosen.items()} | {"list": "1", "disposables": "refuse", "roles": "mark"} | GROUNDS
    return bruno.post(f"{address}settle", data | more).status_code


def picked(select: str) -> str:
    before, chosen, _ = select.partition("</select>")[0].partition('" selected')
    return before.rpartition('value="')[2] if chosen else ""


def test_a_dirty_file_from_upload_to_result_and_back(bruno: Visitor, database: Database, ring: Ring, now: datetime) -> None:
    before = people(database)
    address = upload(bruno)
    page = bruno.get(address).text
    for said in ("E-mail cliente", "Ana", "1988-03-05", "What is in this file?", "Puntos del club"):
        assert said in page
    assert settled(bruno, address) == 303
    work_off(database, ring, now)
    page = bruno.get(address).text
    assert "3 people would be in" in page
    for said in ("Probably mistyped", "dario@gmail.com", "Left this list", "carla@example.org", "Without an address", "sin correo"):
        assert said in page
    assert people(database) == before, "nobody comes in before Bruno says so"
    assert bruno.post(f"{address}start").status_code == 303
    work_off(database, ring, now)
    page = bruno.get(address).text
    assert "3 people are in" in page
    assert people(database) - before == {"ana.ruiz@example.org", "berta@example.org", "fermin@example.org"}
    with database.read() as session:
        assert session.scalars(select(ConsentLine.wording)).first() == f"{GROUNDS['wording']}\n{GROUNDS['source']}"
    rows = list(csv.reader(StringIO(bruno.get(f"{address}report.csv").text.lstrip("\ufeff"))))
    assert len(rows) == 1 + 6 + 1, "who stayed out, and one who came in without his province"
    assert "Done" in bruno.get("/imports/").text
    assert bruno.get(f"{address}sure/undo").status_code == 200
    assert bruno.post(f"{address}undo").status_code == 303
    work_off(database, ring, now)
    assert "are gone again" in bruno.get(address).text
    assert people(database) == before


def test_what_is_missing_is_said_in_its_place_and_what_was_typed_stays(bruno: Visitor, database: Database) -> None:
    address = upload(bruno)
    answer = bruno.post(f"{address}settle", {"column-1": "first_name", "wording": "Firmaron"})
    assert answer.status_code == 422
    for said in ("Choose the list they join.", "Choose why you may write to them.", "Write where this file comes from", "Firmaron"):
        assert said in answer.text
    assert settled(bruno, address, **{"column-0": ""}) == 422
    assert settled(bruno, address, **{"column-1": "email"}) == 422
    with database.read() as session:
        assert session.scalars(select(Import.settled_at)).one() is None


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "", "Choose a file first."),
        (b"\n\n", "leer.csv", "The file is empty."),
        (b"PK\x03\x04 and no more", "clientes.xlsx", "cannot be opened"),
        (b";;;\n1;2", "a.csv", "name the columns"),
    ],
)
def test_what_is_no_table_is_said_and_nothing_kept(bruno: Visitor, database: Database, content: bytes, name: str, said: str) -> None:
    answer = bruno.post("/imports/", {"file": (BytesIO(content), name)}, content_type="multipart/form-data")  # type: ignore[dict-item]
    assert answer.status_code == 422
    assert said in answer.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 0
