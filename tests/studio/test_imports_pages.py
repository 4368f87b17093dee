"""Bruno brings the people of the shop's till in: what is in the file, what would become of each row, and nobody before he says so."""

import csv
import re
import zipfile
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailflow.audience.importing.models import Import
from mailflow.audience.importing.words import FileError, ImportState, Outcome
from mailflow.audience.models import ConsentLine, Field, ProfileValue, Subscriber
from mailflow.foundation.database import Database
from mailflow.foundation.ring import Ring
from mailflow.studio.pages.imports.words import FATES, FAULTS, STATES
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
    assert "Build a segment" in page
    builder = bruno.get("/segments/new?origin=import:1").text
    assert "/segments/new?origin=import:1" in page
    assert "<b>3</b> people right now" in builder
    assert 'value="import:1" checked' in builder
    kept = bruno.post("/segments/found", {"import": "1"})
    assert "<b>3</b> people right now" in bruno.get(kept.location.removeprefix("/studio")).text
    with database.read() as session:
        assert session.scalars(select(ConsentLine.wording)).first() == f"{GROUNDS['wording']}\n{GROUNDS['source']}"
    rows = list(csv.reader(StringIO(bruno.get(f"{address}report.csv").text.lstrip("\ufeff"))))
    assert rows[0][:4] == ["Row", "What became of it", "Left out of it", "Hint"]
    assert {row[1] for row in rows[1:]} >= {"Probably mistyped", "Left this list", "New people"}
    assert "/subscribers/?import=1" in page
    theirs = bruno.get("/subscribers/?import=1").text
    assert "ana.ruiz@example.org" in theirs
    assert "carla@example.org" not in theirs, "she was here before"
    assert len(rows) == 1 + 6 + 1, "who stayed out, and one who came in without his province"
    assert "Finished" in bruno.get("/imports/").text
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


def test_every_outcome_state_and_fault_has_words() -> None:
    assert set(FATES) == set(Outcome)
    assert set(STATES) == set(ImportState)
    reading = Path(str(FileError.__init__.__code__.co_filename)).parent
    raised = {word for file in reading.glob("*.py") for word in re.findall(r'FileError\("([a-z-]+)"\)', file.read_text("utf-8"))}
    assert raised
    assert raised <= set(FAULTS)


def test_a_column_nobody_knew_becomes_a_field(bruno: Visitor, database: Database, ring: Ring, now: datetime) -> None:
    address = upload(bruno)
    assert settled(bruno, address, **{"column-5": "new:number", "list": ""}) == 422
    assert settled(bruno, address, **{"column-5": "new:many-of"}) == 422
    with database.read() as session:
        assert "puntos_del_club" not in session.scalars(select(Field.key)).all(), "what was refused made no field"
    assert settled(bruno, address, **{"column-3": "birth_date", "column-5": "new:number"}) == 303
    work_off(database, ring, now)
    bruno.post(f"{address}start")
    work_off(database, ring, now)
    with database.read() as session:
        field = session.scalars(select(Field).where(Field.key == "puntos_del_club")).one()
        assert (field.kind, field.public, field.label) == ("number", False, {"es": "Puntos del club", "en": "Puntos del club"})
        told = session.scalars(select(ProfileValue.number).where(ProfileValue.field_id == field.id).order_by(ProfileValue.number))
        assert list(told) == [60, 80, 120]


def test_a_column_called_as_a_field_goes_there_and_makes_no_second_one(bruno: Visitor, database: Database) -> None:
    address = upload(bruno, b"email,TELEFONO\nana@example.org,600112233\n", "movil.csv")
    assert settled(bruno, address, **{"column-1": "new:string"}) == 303
    with database.read() as session:
        assert session.scalars(select(Import.mapping)).one()["1"] == "telephone"
        assert "telefono" not in session.scalars(select(Field.key)).all()
    assert "There is a field “Telephone” already" in bruno.get(address).text


def test_stopped_by_bruno_it_goes_no_further_and_can_be_forgotten(bruno: Visitor, database: Database, ring: Ring, now: datetime) -> None:
    before, address = people(database), upload(bruno)
    settled(bruno, address)
    work_off(database, ring, now)
    bruno.post(f"{address}start")
    assert bruno.post(f"{address}cancel").status_code == 303
    work_off(database, ring, now)
    assert "stopped before anybody came in" in bruno.get(address).text
    assert people(database) == before
    assert "has moved on" in bruno.get(bruno.post(f"{address}start").location.removeprefix("/studio")).text
    assert bruno.post(f"{address}discard").status_code == 303
    assert bruno.get(address).status_code == 404


def test_the_zip_of_mailchimp_comes_in_and_who_left_there_does_not(bruno: Visitor, database: Database, ring: Ring, now: datetime) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for status, who in (("subscribed", "ana"), ("unsubscribed", "bea"), ("cleaned", "dora")):
            packed.writestr(f"{status}_members_export_1.csv", f"Email Address,First Name\n{who}@example.org,Nombre\n")
    before, address = people(database), upload(bruno, out.getvalue(), "audience.zip")
    assert settled(bruno, address) == 303
    work_off(database, ring, now)
    page = bruno.get(address).text
    for said in ("1 person would be in", "Had left in the other program", "Bounced in the other program"):
        assert said in page
    bruno.post(f"{address}start")
    work_off(database, ring, now)
    assert "ana@example.org" in people(database) - before


def test_a_large_form_is_taken_only_where_files_are(bruno: Visitor) -> None:
    edge = "----edge"
    part = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'.encode()
    large = part + b"x" * 9_000_000 + f"\r\n--{edge}--\r\n".encode()
    assert bruno.client.post("/lists/", data=large, content_type=f"multipart/form-data; boundary={edge}").status_code == 413
