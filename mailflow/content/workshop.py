"""The child process that compiles: kept warm, limited in time and memory, replaced when it dies.

A nested source can crash the MJML compiler by overflowing its stack; only a process of its own keeps that
from taking web server or sender along.
"""

import atexit
import json
import os
import pickle
import select
import subprocess
import sys
import threading
import time
from typing import Any

from mailflow.content.faults import refuse
from mailflow.content.job import Job
from mailflow.content.words import Compiled, CompileError, Fault

_LENGTH_BYTES = 8
_START_SECONDS = 30.0
_JOBS_PER_CHILD = 200

_PATIENCE = 4
"""A job's seconds are of computing, and the child is held to them; on a busy machine it may take this many times longer."""


class Workshop:
    """At most one child at a time; callers of one process wait for each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._jobs = 0

    def build(self, job: Job, *, seconds: float, memory_mb: int) -> Compiled:
        """``job`` compiled by the child; raises CompileError for its faults or for its death."""
        order = pickle.dumps((job, seconds, memory_mb))
        with self._lock:
            answer = self._ask(order, seconds, job.where)
        if "faults" in answer:
            raise CompileError(tuple(Fault(**fault) for fault in answer["faults"]))
        if "memory" in answer:
            raise refuse("memory", job.where)
        if "bug" in answer:
            raise RuntimeError(answer["bug"])
        return Compiled.from_dict(answer["compiled"])

    def close(self) -> None:
        """End the child, if one lives."""
        with self._lock:
            self._end()

    def _ask(self, order: bytes, seconds: float, where: str) -> dict[str, Any]:
        child = self._ready_child()
        self._jobs += 1
        try:
            return self._converse(child, order, time.monotonic() + seconds * _PATIENCE + 0.5)
        except TimeoutError:
            self._end()
            raise refuse("time", where, None, seconds=f"{seconds:g}") from None
        except (OSError, EOFError):
            code = child.wait(timeout=5)
            self._end()
            raise _death(code, where, seconds) from None

    def _ready_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None or self._jobs >= _JOBS_PER_CHILD:
            self._end()
            self._child = _start()
            self._jobs = 0
            # The first word says that everything is loaded; only then does the clock of a job run.
            if _receive(self._child, time.monotonic() + _START_SECONDS) != {"ready": True}:
                raise RuntimeError("the compiling process did not start")
        return self._child

    @staticmethod
    def _converse(child: subprocess.Popen[bytes], order: bytes, deadline: float) -> dict[str, Any]:
        assert child.stdin is not None  # noqa: S101 - Popen was given pipes
        child.stdin.write(len(order).to_bytes(_LENGTH_BYTES, "big") + order)
        child.stdin.flush()
        return _receive(child, deadline)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                _close_quietly(pipe)


def _close_quietly(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:  # what was still buffered has no reader any more
        return


def _start() -> subprocess.Popen[bytes]:
    """A child without our secrets: it gets no environment but where Python's modules are."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "mailflow.content.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _receive(child: subprocess.Popen[bytes], deadline: float) -> dict[str, Any]:
    length = int.from_bytes(_read(child, _LENGTH_BYTES, deadline), "big")
    # JSON, not pickle: what comes back was made from a stranger's source.
    return dict(json.loads(_read(child, length, deadline)))


def _read(child: subprocess.Popen[bytes], count: int, deadline: float) -> bytes:
    assert child.stdout is not None  # noqa: S101 - Popen was given pipes
    descriptor = child.stdout.fileno()
    parts: list[bytes] = []
    while count:
        readable, _, _ = select.select([descriptor], [], [], max(deadline - time.monotonic(), 0))
        if not readable:
            raise TimeoutError
        part = os.read(descriptor, min(count, 1 << 16))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _death(code: int, where: str, seconds: float) -> CompileError:
    if code in {-24, -9}:  # SIGXCPU at the soft limit, SIGKILL at the hard one
        return refuse("time", where, None, seconds=f"{seconds:g}")
    return refuse("died", where)


_workshops: dict[int, Workshop] = {}


def workshop() -> Workshop:
    """This process's workshop; after a fork the new process gets its own."""
    return _workshops.setdefault(os.getpid(), Workshop())


@atexit.register
def _close() -> None:
    """The child ends by itself when its input does; ending it here leaves no loose ends."""
    if own := _workshops.get(os.getpid()):
        own.close()
