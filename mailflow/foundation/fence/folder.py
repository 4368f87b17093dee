"""The note that a data folder keeps of its database, and the journals that are set aside when it is another database's."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from mailflow.foundation.fence.marks import birth_of, birth_of_open
from mailflow.foundation.fence.words import Note

JOURNALS = "journal"
_FILE = "instance.json"


def read_note(home: Path) -> tuple[Note | None, str]:
    """The folder's note, if it has one that can be read (a power cut may have left it empty), and the mark its file really bears."""
    try:
        with (home / _FILE).open(encoding="utf-8") as file:  # one file's words and birth: another may take its place meanwhile
            told = json.load(file)
            return Note(str(told["instance"]), int(told["age"]), str(told["mark"])), birth_of_open(file)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None, ""


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Of several processes that begin together each sees what the one before it wrote."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / ".instance.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_note(home: Path, instance: str, age: int) -> None:
    """Replace the folder's note; never half of it. The new file's birth is part of what it says."""
    draft = home / f".{_FILE}.{os.getpid()}"
    with suppress(FileNotFoundError):
        draft.unlink()  # an older one would have an older birth
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({"instance": instance, "age": age, "mark": birth_of(draft)}) + "\n", "utf-8")
    draft.replace(home / _FILE)


def set_journals_aside(home: Path, *, now: datetime) -> None:
    """What they hold was noted for another database: "no note" there would not prove that a mail has not left."""
    with suppress(FileNotFoundError):
        (home / JOURNALS).rename(home / f"{JOURNALS}-aside-{now:%Y%m%dT%H%M%S%f}")
