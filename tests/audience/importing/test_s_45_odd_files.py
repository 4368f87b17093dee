"""S-45: files of every program and encoding; a row that cannot be read costs no other, and nothing is lost silently."""

import codecs
from collections.abc import Sequence
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.audience.importing.reading import open_table
from mailflow.audience.importing.words import FileError, Row

ROWS = "correo;nombre\r\nana@example.org;Ana Muñoz\r\nberta@example.org;Berta\r\n"


def read(content: bytes) -> tuple[Sequence[str], list[Row]]:
    header, rows = open_table(BytesIO(content))
    return header, list(rows)


@pytest.mark.parametrize(
    "content",
    [
        ROWS.encode(),
        codecs.BOM_UTF8 + ROWS.encode(),
        ROWS.encode("utf-16"),
        ROWS.encode("utf-16-le"),
        ROWS.encode("utf-16-be"),
        ROWS.encode("cp1252"),
        ROWS.replace("\r\n", "\r").encode(),
        ROWS.replace("\r\n", "\n").encode(),
        ROWS.replace(";", ",").encode(),
        ROWS.replace(";", "\t").encode(),
        (ROWS + "\r\n\r\n;;\r\n").encode(),
    ],
    ids=["UTF-8", "its mark", "UTF-16", "16-le unmarked", "16-be unmarked", "Windows", "CR", "LF", "comma", "tab", "empty rows"],
)
def test_s_45_who_wrote_it_makes_no_difference(content: bytes) -> None:
    header, rows = read(content)
    assert header == ["correo", "nombre"]
    assert [list(row.cells) for row in rows] == [["ana@example.org", "Ana Muñoz"], ["berta@example.org", "Berta"]]


def test_s_45_an_unclosed_quote_swallows_nobody() -> None:
    lines = ["correo,nombre", '"ana@example.org,Ana', *(f"persona{n}@example.org,P" for n in range(100))]
    _, rows = read("\n".join(lines).encode())
    assert [row.broken for row in rows] == [True, *[False] * 100]
    assert rows[1].number == 3


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (codecs.BOM_UTF16_LE + b"a", "not-text"),
        (b";;;\n1;2;3;4", "no-columns"),
        (b",".join([b"a"] * 10_000), "too-many-columns"),
    ],
)
def test_s_45_what_is_no_table_is_refused_with_a_word(content: bytes, word: str) -> None:
    with pytest.raises(FileError) as refused:
        read(content)
    assert refused.value.word == word


@given(st.binary(max_size=400))
def test_s_45_no_bytes_are_too_odd(content: bytes) -> None:
    try:
        header, _ = read(content)
    except FileError:
        return
    assert header


@given(st.lists(st.text(st.sampled_from('ab"\n,;@ '), max_size=12), min_size=1, max_size=30))
def test_s_45_every_line_is_in_some_row(cells: list[str]) -> None:
    """However quotes and line ends fall: between two rows' numbers no line is lost but empty ones."""
    text = "correo,nombre\n" + "\n".join(f"x{cell}" for cell in cells)
    _, rows = read(text.encode())
    kept = "".join("".join(row.cells) for row in rows)
    assert kept.count("x") == text.count("x")
