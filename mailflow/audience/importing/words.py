"""The words of imports: what becomes of a row, on what grounds people are written to, what a column holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

IGNORED = ""
"""What a column holds that nobody wants."""
EMAIL = "email"
LANGUAGE = "language"
MOST_COLUMNS = 200
LONGEST_CELL = 10_000
"""Characters; what is longer is no profile."""


class FileError(Exception):
    """Nothing can be made of a file; the word says why: empty, not-text, no-workbook, too-large, no-columns, too-many-columns."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class Outcome(StrEnum):
    """What becomes of a row; every row has exactly one."""

    NEW = "new"
    JOINED = "joined"
    """Known already, and in this list from now on."""
    COMPLETED = "completed"
    """In the list already; the file knows something of her that was not known."""
    KNOWN = "known"
    """In the list already, and nothing new."""
    TWICE = "twice"
    """The same address stands in an earlier row, which counts."""
    LEFT = "left"
    """She left this list; no file brings her back."""
    SUPPRESSED = "suppressed"
    """An address that gets nothing: it bounced, complained, or was erased."""
    NO_ADDRESS = "no-address"
    BAD_ADDRESS = "bad-address"
    LOOK_ALIKE = "look-alike"
    """Letters of two scripts, as a Cyrillic а among Latin ones."""
    TYPO = "typo"
    """A domain that is almost always a slip of the finger."""
    UNREADABLE = "unreadable"
    """A quote that is never closed, or something that no text holds."""


COMES_IN = frozenset({Outcome.NEW, Outcome.JOINED, Outcome.COMPLETED, Outcome.KNOWN})
"""Outcomes of people who are in the list when all is done."""


class Basis(StrEnum):
    """On what grounds the people of a file may be written to."""

    CONSENT = "consent"
    """They agreed (GDPR article 6.1.a)."""
    CUSTOMER = "customer"
    """They bought something alike and were told (LSSI article 21.2)."""


class ImportState(StrEnum):
    """How far an import is."""

    READ = "read"
    CHECKED = "checked"
    """Tried out: it is known what would become of each row."""
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True)
class Row:
    """One row of a file: its number as a spreadsheet shows it, and its cells; ``broken`` where it could not be read."""

    number: int
    cells: Sequence[str]
    broken: bool = False


@dataclass(frozen=True)
class Sheet:
    """A file that was read: its columns' names, and every row below them."""

    header: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Judged:
    """What a row says by itself: an address with what is known of it, or why it cannot be taken."""

    outcome: Outcome | None = None
    email: str = ""
    language: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    dropped: Sequence[str] = ()
    """Fields whose cells could not be understood; the row comes in without them."""
    note: str = ""
    """The address that was probably meant, say."""


@dataclass(frozen=True)
class Grounds:
    """Why the people of a file may be written to, in words that are kept with each of them."""

    basis: Basis
    wording: str


@dataclass(frozen=True)
class Plan:
    """What is to be done with a file: its name, the list its people join, what each column holds by its place, and on what grounds."""

    name: str
    list_id: int
    mapping: Mapping[str, str]
    grounds: Grounds
