"""A workbook written as its rows come, in constant memory: what a spreadsheet needs of ECMA-376, and no more.

Texts are inline strings, which no spreadsheet takes for formulas, whatever they begin with.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import TypeAlias

Cell: TypeAlias = str | int | float | Decimal | date | None
MOST_ROWS = 500_000
"""Of one sheet; a spreadsheet shows 1,048,576, and what comes after goes into the next sheet."""
_PIECE = 256 * 1024
_DAY_ZERO = date(1899, 12, 30).toordinal()
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="2"><fill/><fill/></fills><borders count="1">'
    '<border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)


class _Sink(io.RawIOBase):
    """Takes what the archive writes, and gives it away piece by piece; nothing is gone back to."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._kept += data
        return len(data)

    def taken(self) -> bytes:
        """What has come since it was last asked."""
        piece, self._kept = bytes(self._kept), bytearray()
        return piece

    def __len__(self) -> int:
        return len(self._kept)


def workbook(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file's bytes, made as the rows come; the first names the columns, on every sheet."""
    sink, sheets = _Sink(), 0
    coming = iter(rows)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        head, row = next(coming, ()), next(coming, None)
        while not sheets or row is not None:
            sheets, number = sheets + 1, 1
            with archive.open(f"xl/worksheets/sheet{sheets}.xml", "w") as sheet:
                sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{_row(head)}'.encode())
                while row is not None and number < MOST_ROWS:
                    sheet.write(_row(row).encode())
                    row, number = next(coming, None), number + 1
                    if len(sink) > _PIECE:
                        yield sink.taken()
                sheet.write(b"</sheetData></worksheet>")
        for name, text in _frame(sheets):
            archive.writestr(name, text)
    yield sink.taken()


def _row(cells: Sequence[Cell]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(value: Cell) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{value:d}</v></c>'
    if isinstance(value, int | float | Decimal):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, date):
        return f'<c s="1"><v>{value.toordinal() - _DAY_ZERO}</v></c>'
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(_NOT_XML.sub(" ", value), quote=False)}</t></is></c>'


def _frame(sheets: int) -> Iterator[tuple[str, str]]:
    numbers = range(1, sheets + 1)
    parts = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers)
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        f'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        f'"{_TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{parts}</Types>',
    )
    yield "_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")])
    named = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    yield "xl/workbook.xml", f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>'
    linked = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*linked, (f"rId{sheets + 1}", "styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES


def _relations(links: Sequence[tuple[str, str, str]]) -> str:
    told = "".join(f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for key, kind, target in links)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'
