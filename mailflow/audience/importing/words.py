"""The words of imports: what becomes of a row, on what grounds people are written to, what a column holds, how far an import is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

IGNORED = ""
"""What a column holds that nobody wants."""
EMAIL = "email"
LANGUAGE = "language"
STATUS = "status"
"""What another program knew of the person: still in, gone, bounced."""
MOST_COLUMNS = 200
LONGEST_CELL = 10_000
"""Characters; what is longer is no profile."""


class FileError(Exception):
    """Nothing can be made of a file; the word says why.

    It is one of empty, not-text, no-workbook, damaged, too-large, no-columns, too-many-columns, no-list.
    """

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
    LEFT_THERE = "left-there"
    """She had left where the file comes from: noted as having left, gets nothing."""
    NOT_IN_THERE = "not-in-there"
    """She never agreed where the file comes from, or never confirmed it."""
    BOUNCED_THERE = "bounced-there"
    """Mail to her came back where the file comes from: her address is noted as one that gets nothing."""
    COMPLAINED_THERE = "complained-there"
    """She called mail spam where the file comes from: her address is noted as one that gets nothing."""
    UNKNOWN_THERE = "unknown-there"
    """How she stands where the file comes from is said in a word that nobody here knows."""
    NO_ADDRESS = "no-address"
    BAD_ADDRESS = "bad-address"
    LOOK_ALIKE = "look-alike"
    """Letters of two scripts, as a Cyrillic а among Latin ones."""
    TYPO = "typo"
    """A domain that is almost always a slip of the finger."""
    ROLE = "role"
    """An office rather than a person, as info@; refused by the policy that was chosen."""
    DISPOSABLE = "disposable"
    """A domain of addresses for one day; refused by the policy that was chosen."""
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


class Policy(StrEnum):
    """What becomes of addresses that are nobody's own, or nobody's for long."""

    MARK = "mark"
    """They come in, and the report names them."""
    REFUSE = "refuse"


class ImportState(StrEnum):
    """How far an import is."""

    UPLOADING = "uploading"
    READING = "reading"
    """The whole file is there; its rows are being kept."""
    READ = "read"
    """It waits for somebody to say what the columns hold, and on what grounds."""
    CHECKING = "checking"
    CHECKED = "checked"
    """Tried out: it is known what would become of each row. It waits for somebody to start it."""
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    """Stopped between two blocks: who came in before is in."""
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"
    """The file turned out to be none; its fault says why."""


WORKED_ON = frozenset({ImportState.READING, ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING})
"""States in which there is something to do without anybody being asked."""


class AskReason(StrEnum):
    """What came of asking something of an import."""

    DONE = "done"
    NOT_NOW = "not-now"
    """Its state does not allow it."""
    NO_ADDRESSES = "no-addresses"
    """No column holds addresses."""
    NO_COLUMN = "no-column"
    """A column that the file has not, or something that no column can hold, or one thing held by two columns."""
    NO_WORDING = "no-wording"
    NO_LIST = "no-list"
    FORGOTTEN = "forgotten"
    """Its rows were deleted: nobody could tell any more what to take back."""


@dataclass(frozen=True)
class Asked:
    """Whether it is done, or why not."""

    reason: AskReason

    def __bool__(self) -> bool:
        """Whether it is done."""
        return self.reason == AskReason.DONE


class Row(NamedTuple):
    """One row of a file: its number as a spreadsheet shows it, whether it could not be read, and its cells."""

    number: int
    broken: bool
    cells: Sequence[str]


class Judged(NamedTuple):
    """What a row says by itself: an address with what is known of it, or why it cannot be taken."""

    outcome: Outcome | None = None
    email: str = ""
    language: str = ""
    values: Mapping[str, Any] = MappingProxyType({})
    """By a field's key what its value is kept as: of each row the column, and what stands in it as JSON has it."""
    dropped: Sequence[str] = ()
    """Fields whose cells could not be understood; the row comes in without them."""
    note: str = ""
    """The address that was probably meant, or a mark."""


@dataclass(frozen=True)
class Grounds:
    """Why the people of a file may be written to, in words that are kept with each of them."""

    basis: Basis
    wording: str


@dataclass(frozen=True)
class Policies:
    """What becomes of offices' addresses, and of those for one day."""

    roles: Policy = Policy.MARK
    disposables: Policy = Policy.REFUSE

    def refuses(self, mark: str) -> bool:
        """Whether an address with this mark stays out."""
        return (mark == Outcome.ROLE and self.roles == Policy.REFUSE) or (mark == Outcome.DISPOSABLE and self.disposables == Policy.REFUSE)


@dataclass(frozen=True)
class Plan:
    """What is to be done with a file: the list its people join, what each column holds by its place as text, and on what grounds."""

    list_id: int
    mapping: Mapping[str, str]
    grounds: Grounds
    policies: Policies = Policies()


@dataclass(frozen=True)
class Progress:
    """How far an import is in its present state: rows done of all (bytes of the file while it is read), rows a second, seconds left."""

    state: ImportState
    done: int
    total: int
    rate: float
    left_seconds: float | None
    """None where nothing is going on, or it is too early to tell."""
    expected: Mapping[str, int]
    """Rows by outcome, as tried out."""
    outcomes: Mapping[str, int]
    """Rows by outcome, as carried in so far."""
    marked: Mapping[str, int]
    """Rows that come in with a mark, by mark."""
    taken_back: Mapping[str, int]
    since: datetime

    @property
    def share(self) -> float:
        """From 0 to 1; 0 while it is not known yet how many rows there are."""
        return min(self.done / self.total, 1.0) if self.total else 0.0
