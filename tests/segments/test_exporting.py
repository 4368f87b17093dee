"""Bruno takes people's data out: whole, formula-safe, written down, and in little memory however many they are."""

import io
import json
import zipfile
from datetime import datetime

import pytest
from sqlalchemy import select

from mailflow.audience.first_start import first_start
from mailflow.audience.importing.judging import Judge
from mailflow.audience.importing.reading import open_table
from mailflow.audience.importing.workbook import workbook_rows
from mailflow.audience.models import Export, Field, List, Subscriber, Subscription
from mailflow.audience.profile import set_values
from mailflow.audience.words import Telephone
from mailflow.foundation import xlsx
from mailflow.foundation.database import Database
from mailflow.foundation.upsert import insert_all
from mailflow.segments.exporting.take import Taken
from mailflow.segments.exporting.words import ExportError, Form, Wanted
from mailflow.segments.models import Segment
from mailflow.segments.ready import ensure_ready

FORMULAS = ('=cmd|" /C calc"!A0', "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1+1")
COLUMNS = ("email", "first_name", "birth_date", "interests", "lists", "joined")


@pytest.fixture(autouse=True)
def shop(database: Database, now: datetime) -> None:
    with database.begin() as session:
        first_start(session, now=now)
        ensure_ready(session, now=now)
        for number, name in enumerate((*FORMULAS, 'Ana "la <b>"; Ruiz'), start=1):
            email = f"p{number}@example.net"
            session.add(Subscriber(email=email, email_key=email, language="es", source="form:x", created_at=now, confirmed_at=now))
            session.flush()
            set_values(session, number, {"first_name": name})
        set_values(session, 7, {"birth_date": "1988-03-14", "interests": ["recetas", "textil"]})
        session.add(Subscription(subscriber_id=7, list_id=1, state="confirmed", asked_at=now, confirmed_at=now))
        session.add(Subscription(subscriber_id=6, list_id=1, state="left", asked_at=now, left_at=now))


def begun(database: Database, wanted: Wanted, now: datetime) -> Taken:
    export = Taken(database, wanted, now=now)
    with database.begin() as session:
        export.begin(session, by="user:1", now=now)
    return export


def taken(database: Database, now: datetime, form: Form, what: str = "everybody", columns: tuple[str, ...] = COLUMNS) -> bytes:
    export = begun(database, Wanted(what, columns, form), now)
    content = b"".join(export.pieces())
    with database.begin() as session:
        export.end(session)
    return content


def test_s_44_no_cell_of_a_csv_file_is_a_formula(database: Database, now: datetime) -> None:
    text = taken(database, now, Form.CSV, columns=("email", "first_name")).decode("utf-8-sig")
    cells = [line.partition(",")[2].strip('"') for line in text.split("\r\n")[1:]]
    assert cells[1:4] == ["'+1", "'-1+1", "'@SUM(A1)"]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "＝"))]


def test_s_44_a_workbook_holds_texts_only_as_texts(database: Database, now: datetime) -> None:
    content = taken(database, now, Form.XLSX)
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert '<c t="inlineStr"><is><t xml:space="preserve">=cmd|" /C calc"!A0</t></is></c>' in sheet
    rows = [row.cells for row in workbook_rows(io.BytesIO(content))]
    assert tuple(rows[0]) == COLUMNS
    assert [*rows[7]][:5] == ["p7@example.net", 'Ana "la <b>"; Ruiz', "1988-03-14", "recetas, textil", "newsletter"]


def test_json_lines_keep_every_value_as_it_is(database: Database, now: datetime) -> None:
    last = json.loads(taken(database, now, Form.JSONL, "list:1").decode())
    assert last == {
        "email": "p7@example.net", "first_name": 'Ana "la <b>"; Ruiz', "birth_date": "1988-03-14", "interests": ["recetas", "textil"],
        "lists": ["newsletter"], "joined": "2026-11-21",
    }  # fmt: skip


@pytest.mark.parametrize(("form", "comma"), [(Form.CSV, False), (Form.CSV, True), (Form.XLSX, False)])
def test_what_was_taken_out_comes_in_again_as_it_was(database: Database, now: datetime, form: Form, comma: bool) -> None:
    told = {"saldo": 120150, "deuda": -500, "points": 1234567.5, "telephone": Telephone("+34600123456", "+34 600 12 34 56"), "sex": "f"}
    with database.begin() as session:
        session.add_all(
            Field(key=key, kind="money", currency="EUR", position=80, label={"en": key, "es": key}) for key in ("saldo", "deuda")
        )
        session.add(Field(key="points", kind="number", position=81, label={"en": "Points", "es": "Puntos"}))
        session.flush()
        set_values(session, 7, told)
    wanted = Wanted("list:1", ("email", *told), form, comma)
    content = b"".join(begun(database, wanted, now).pieces())
    assert form is not Form.CSV or ("1201,50" if comma else "1201.50").encode() in content
    table = open_table(io.BytesIO(content))
    with database.read() as session:
        row, fields = next(table.rows), list(session.scalars(select(Field)))
        judged = Judge({str(place): key for place, key in enumerate(table.header)}, fields, today=now.date()).judge(row)
        assert judged.dropped == []
        assert {key: parts[0][1] for key, parts in judged.values.items()} == told
    assert json.loads(taken(database, now, Form.JSONL, "list:1", ("saldo",)))["saldo"] == "1201.50"


def test_who_took_what_is_written_down_with_how_many(database: Database, now: datetime) -> None:
    with database.begin() as session:
        session.add(Segment(id=50, name={"es": "Todas"}, tree={"all": []}, created_at=now, changed_at=now))
    taken(database, now, Form.CSV, "segment:50", ("email",))
    begun(database, Wanted("everybody", ("email",), Form.XLSX), now)  # nobody read it
    with database.read() as session:
        lines = [(line.by, line.what, line.form, line.columns, line.rows) for line in session.scalars(select(Export).order_by(Export.id))]
    assert lines == [("user:1", "segment:50", "csv", ["email"], 7), ("user:1", "everybody", "xlsx", ["email"], None)]


@pytest.mark.parametrize(
    ("what", "columns", "word"),
    [("list:9", ("email",), "no-list"), ("segment:9", ("email",), "no-segment"), ("all", ("email",), "no-list"),
     ("everybody", ("email", "password_hash"), "no-column"), ("everybody", (), "no-columns")],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_not_written_down(
    database: Database, now: datetime, what: str, columns: tuple[str, ...], word: str
) -> None:
    with pytest.raises(ExportError, match=word):
        taken(database, now, Form.CSV, what, columns)
    with database.read() as session:
        assert list(session.scalars(select(Export))) == []


def test_a_sheet_that_is_full_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
    content = b"".join(xlsx.workbook([[n, "ñ\x00\x0b"] for n in range(7)]))
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert [name for name in names if "worksheets" in name] == [f"xl/worksheets/sheet{n}.xml" for n in (1, 2, 3)]


def test_pieces_come_before_everybody_was_read(database: Database, now: datetime) -> None:
    many = [
        {
            "email": f"q{n}@example.net",
            "email_key": f"q{n}@example.net",
            "source": "x" * 200,
            "source_class": "organic",
            "created_at": now,
            "tracking": "none",
        }
        for n in range(1500)
    ]
    with database.begin() as session:
        insert_all(session, Subscriber, many)
    export = Taken(database, Wanted("everybody", ("email", "source"), Form.CSV), now=now)
    first = next(export.pieces())
    assert (len(first) < 100_000, export.rows < 700) == (True, True)
    with database.read() as session:
        assert session.scalar(select(List.id)) == 1
