"""A worker's own notes of what left and what came back, kept outside the database so that its death leaves no guessing.

One file per worker, locked while it lives. A note is a few bytes stored into a mapped, pre-allocated file: it costs less than a
microsecond, cannot fail for want of disk space, and outlives the process, though not the power: who finds notes from before the
computer last started knows that some may be missing.
"""

import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mailflow.delivery.transports.words import Verdict

_SIZE = 1 << 20
_MAGIC = b"mailflow journal 1\n"
_HEADER = 128
_NOTE = struct.Struct("<qi")
_STEP = 16
_KIND_AT = 15
"""The kind is stored last, by itself: a note torn by a kill has none and is not there."""
_BEGUN = 1
_KINDS = {Verdict.SENT: 2, Verdict.DEFERRED: 3, Verdict.FAILED: 4, Verdict.UNCERTAIN: 5, Verdict.NOT_TRIED: 6}
_VERDICTS = {number: verdict for verdict, number in _KINDS.items()}


class Note(NamedTuple):
    """The last that was noted of a message: ``verdict`` None while no reply had come."""

    epoch: int
    verdict: Verdict | None


class Journal:
    """The notes of a living worker. Nothing here waits for a disk."""

    def __init__(self, folder: Path, worker: str) -> None:
        """Make the file in ``folder`` and lock it; raises OSError when there is no room for it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._worker, self._serial = folder, worker, 0
        self._open: dict[int, Note] = {}
        self._at = _HEADER
        self._start_file()

    def begun(self, message_id: int, epoch: int) -> bool:
        """Note that a message's content is about to leave; False when that cannot be noted, and so it must not."""
        return self._note(message_id, Note(epoch, None))

    def ended(self, message_id: int, epoch: int, verdict: Verdict) -> None:
        """Note what was said of a message that had begun."""
        if message_id in self._open:
            self._note(message_id, Note(epoch, verdict))

    def recorded(self, message_ids: Iterator[int]) -> None:
        """The ledger knows by now: these notes are needed no more."""
        for message_id in message_ids:
            self._open.pop(message_id, None)

    def close(self) -> None:
        """Take the file away; everything in it is recorded."""
        self._map.close()
        self._path.unlink(missing_ok=True)
        os.close(self._file)

    def _note(self, message_id: int, note: Note) -> bool:
        if self._at >= _SIZE and not self._turn_over():
            return False
        at = self._at
        self._open[message_id] = note
        _NOTE.pack_into(self._map, at, message_id, note.epoch)
        self._map[at + _KIND_AT] = _KINDS[note.verdict] if note.verdict else _BEGUN
        self._at = at + _STEP
        return True

    def _turn_over(self) -> bool:
        """Go on in a new file that begins with what is still needed of the full one; False when there is no room for it."""
        path, file, full = self._path, self._file, self._map
        try:
            self._start_file()
        except OSError:
            return False
        for message_id, note in list(self._open.items()):
            self._note(message_id, note)
        full.close()
        path.unlink()
        os.close(file)
        return True

    def _start_file(self) -> None:
        path = self._folder / f"{self._worker}.{self._serial + 1}"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(file, 0, _SIZE)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mapped = mmap.mmap(file, _SIZE)
        except OSError:
            path.unlink()
            os.close(file)
            raise
        mapped[:_HEADER] = b"\n".join([_MAGIC.strip(), self._worker.encode(), last_start().encode()]).ljust(_HEADER, b"\0")
        self._path, self._file, self._map, self._at = path, file, mapped, _HEADER
        self._serial += 1


class Found(NamedTuple):
    """What a dead worker left: its notes, and whether none can be missing (the computer has not started anew since)."""

    worker: str
    complete: bool
    notes: dict[int, Note]


class Remains:
    """One dead worker's journal, held by its lock until everything in it is settled."""

    def __init__(self, path: Path, file: int) -> None:
        self._path, self._file = path, file

    def read(self) -> Found | None:
        """What it says; None for a file of which not even the head was written."""
        content = os.pread(self._file, _SIZE, 0)
        magic, _, head = content[:_HEADER].rstrip(b"\0").partition(b"\n")
        worker, _, start = head.decode(errors="replace").partition("\n")
        if magic != _MAGIC.strip() or not worker:
            return None
        return Found(worker, start == last_start() != "", dict(_notes(content)))

    def remove(self) -> None:
        """Everything is settled."""
        self._path.unlink(missing_ok=True)
        os.close(self._file)

    def leave(self) -> None:
        """Let another try."""
        os.close(self._file)


def remains(folder: Path) -> Iterator[Remains]:
    """The journals in ``folder`` whose workers are dead, each locked: nobody else settles it meanwhile."""
    for path in sorted(folder.glob("*.*")) if folder.is_dir() else []:
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            continue
        if path.exists() and os.fstat(file).st_ino == path.stat().st_ino:
            yield Remains(path, file)
        else:
            os.close(file)


def last_start() -> str:
    """A word for the computer's last start; empty where it cannot be told."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _notes(content: bytes) -> Iterator[tuple[int, Note]]:
    """Each message's notes in the order they were made, so that the last one stands."""
    for at in range(_HEADER, len(content) - _STEP + 1, _STEP):
        kind = content[at + _KIND_AT]
        if kind == _BEGUN or kind in _VERDICTS:
            message_id, epoch = _NOTE.unpack_from(content, at)
            yield message_id, Note(epoch, _VERDICTS.get(kind))
