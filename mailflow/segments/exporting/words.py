"""What is taken out, and in which form."""

from dataclasses import dataclass
from enum import StrEnum

EVERYBODY = "everybody"


class Form(StrEnum):
    """Kinds of file."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


MEDIA_TYPES = {
    Form.CSV: "text/csv",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.JSONL: "application/jsonl",
}


class Own(StrEnum):
    """Columns that are no field's."""

    EMAIL = "email"
    LANGUAGE = "language"
    LISTS = "lists"
    SOURCE = "source"
    JOINED = "joined"
    TRACKING = "tracking"


@dataclass(frozen=True)
class Wanted:
    """Whose data: ``what`` is everybody, list:3 or segment:2; which columns, and in which form."""

    what: str
    columns: tuple[str, ...]
    form: Form
    comma: bool = False
    """Whether decimals have a comma and columns are apart by semicolons, as spreadsheets in Spain read a CSV file."""


class ExportError(Exception):
    """What cannot be taken out; the word says why: no-list, no-segment, no-column, no-columns."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word
