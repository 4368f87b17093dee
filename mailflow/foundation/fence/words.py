"""What the fence compares, and what it may find."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Note(NamedTuple):
    """What a data folder knows of its database, kept outside of it."""

    instance: str
    age: int
    """The database's counter when this was written: it may be higher there, never lower."""
    mark: str
    """When the file with this note was born, which no copy of it can say."""


class Known(NamedTuple):
    """What the database says of itself."""

    instance: str
    former: tuple[str, ...]
    """Names it had before it was released."""
    age: int
    place: str
    """Where it lay when it was last known to be no copy; empty where that is still to be written down."""
    held: str
    held_at: datetime | None = None
    seen_at: datetime | None = None
    """When a sender last counted: nothing is known here of what came after."""


class Finding(StrEnum):
    """What the two together say."""

    WELL = "well"
    JOINS = "joins"
    """A data folder that is new to this database, or from before it was released: welcome, but its journals tell nothing of it."""
    RESTORED = "restored"
    """The database is a copy, or older than what this folder has seen: nobody may send."""
    COPIED = "copied"
    """The data folder is a copy, or another database's: its processes may not send, others may."""
