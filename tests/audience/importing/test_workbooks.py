"""Excel files: a cell is read as a person would have typed it; what is no workbook, or was packed to do harm, is refused with a word."""

import zipfile
from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
import xlsxwriter

from mailflow.audience.importing import workbook
from mailflow.audience.importing.reading import open_table
from mailflow.audience.importing.words import FileError, Row


def read(content: bytes) -> tuple[Sequence[str], list[Row]]:
    header, rows = open_table(BytesIO(content))
    return header, list(rows)


def saved(rows: list[list[object]]) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "d/m/yyyy"})
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(y, x, cell, day)
                else:
                    sheet.write(y, x, cell)
    return out.getvalue()


def test_cells_are_read_as_they_were_typed() -> None:
    header, rows = read(
        saved([["Correo", "Nacimiento", "Código", "Socia"], ["ana@example.org", date(1988, 3, 5), 41001, True], [], ["berta@example.org"]])
    )
    assert header == ["Correo", "Nacimiento", "Código", "Socia"]
    assert [(row.number, list(row.cells)) for row in rows] == [
        (2, ["ana@example.org", "1988-03-05", "41001", "yes"]),
        (4, ["berta@example.org", "", "", ""]),
    ]


def test_a_cell_of_20_000_letters_breaks_its_row_and_no_other() -> None:
    _, rows = read(saved([["Correo", "Notas"], ["ana@example.org", "x" * 20_000], ["berta@example.org", ""]]))
    assert [row.broken for row in rows] == [True, False]


@pytest.mark.parametrize("content", [b"PK\x03\x04 and no more", b"\xd0\xcf\x11\xe0 and no more", saved([["a"]])[:-40]])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(FileError) as refused:
        read(content)
    assert refused.value.word == "no-workbook"


def test_s_46_what_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(3_000_000))
    monkeypatch.setattr(workbook, "_MOST_BYTES", 1_000_000)
    with pytest.raises(FileError) as refused:
        read(out.getvalue())
    assert refused.value.word == "too-large"


def drawn(rows: str) -> bytes:
    """A sheet that somebody wrote by hand, below a first row with one column's name."""
    whole = BytesIO(saved([["email"]]))
    out = BytesIO()
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, text.replace(b"</sheetData>", f"{rows}</sheetData>".encode()) if name.endswith("sheet1.xml") else text)
    return out.getvalue()


def cell(place: str) -> str:
    return f'<c{place} t="inlineStr"><is><t>x</t></is></c>'


FAR = ' r="XFD1048576"'


@pytest.mark.parametrize(
    "rows",
    [
        f'<row r="1048576">{cell(FAR)}</row>',
        f'<row r="1048576">{cell(FAR.replace("=", " = "))}</row>',
        f'<row r="2">{cell("") * 16_384}</row><row r="1048576">{cell("")}</row>',
    ],
    ids=["one-far-cell", "blanks-about-the-sign", "cells-that-say-no-place"],
)
def test_s_46_a_sheet_that_reaches_to_the_end_of_the_world_is_not_opened(rows: str) -> None:
    with pytest.raises(FileError) as refused:
        read(drawn(rows))
    assert refused.value.word == "too-large"


def test_rows_and_cells_that_say_no_place_are_read_in_order() -> None:
    _, rows = read(drawn(f"<row>{cell('')}</row>" * 3))
    assert [list(row.cells) for row in rows] == [["x"]] * 3


def test_another_programs_spreadsheet_is_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("content.xml", "<office/>")
    with pytest.raises(FileError) as refused:
        read(out.getvalue())
    assert refused.value.word == "no-workbook"
