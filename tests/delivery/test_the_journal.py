"""A worker's notes: kept through its death, locked while it lives, and never taken for more than they are."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mailflow.delivery import journal as kept
from mailflow.delivery.journal import Journal, Note, remains
from mailflow.delivery.transports.words import Verdict

DIES = """
import os, signal, sys
from pathlib import Path
from mailflow.delivery.journal import Journal
from mailflow.delivery.transports.words import Verdict
journal = Journal(Path(sys.argv[1]), "worker-1")
for number in range(1, int(sys.argv[2]) + 1):
    journal.begun(number, 1)
    if number % 2:
        journal.ended(number, 1, Verdict.SENT)
    journal.recorded(iter([number - 10] if number > 10 else []))
os.kill(os.getpid(), signal.SIGKILL)
"""


def _dies(folder: Path, messages: int) -> None:
    done = subprocess.run([sys.executable, "-c", DIES, str(folder), str(messages)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_what_a_killed_worker_noted_is_found(tmp_path: Path) -> None:
    _dies(tmp_path, 20)
    (left,) = remains(tmp_path)
    found = left.read()
    assert found
    assert (found.worker, found.complete) == ("worker-1", True)
    assert {number: note.verdict for number, note in found.notes.items()} == {
        number: Verdict.SENT if number % 2 else None for number in range(1, 21)
    }
    left.remove()
    assert not list(tmp_path.iterdir())


def test_a_full_file_is_followed_by_one_with_what_is_still_open(tmp_path: Path) -> None:
    _dies(tmp_path, 50_000)
    (left,) = remains(tmp_path)
    found = left.read()
    assert found
    assert [found.notes[number].verdict for number in range(49_991, 50_001)] == [Verdict.SENT, None] * 5
    left.leave()


def test_nobody_reads_the_notes_of_the_living(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "worker-1")
    assert list(remains(tmp_path)) == []
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_only_one_settles_a_dead_workers_notes(tmp_path: Path) -> None:
    _dies(tmp_path, 1)
    first = list(remains(tmp_path))
    assert len(first) == 1
    assert list(remains(tmp_path)) == []


def test_a_torn_note_is_none(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "worker-1")
    journal.begun(7, 3)
    path = next(tmp_path.iterdir())
    with path.open("r+b") as file:
        file.seek(128 + 16)
        file.write((8).to_bytes(8, "little"))  # its kind was not stored any more
    file = os.open(path, os.O_RDWR)
    found = kept.Remains(path, file).read()
    assert found
    assert found.notes == {7: Note(3, None)}
    os.close(file)
    journal.close()


def test_notes_from_before_the_computer_started_may_lack_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _dies(tmp_path, 2)
    monkeypatch.setattr(kept, "last_start", lambda: "another start")
    (left,) = remains(tmp_path)
    found = left.read()
    assert found
    assert not found.complete
    left.leave()


def test_where_there_is_no_room_for_a_note_nothing_may_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path, "worker-1")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    went = [journal.begun(number, 1) for number in range(70_000)]
    assert went[0]
    assert not went[-1]
    journal.close()
