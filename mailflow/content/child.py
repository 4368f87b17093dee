"""The child process's own side: reads jobs from its input, builds, answers; started by ``workshop``."""

import json
import os
import pickle
import resource
import socket
import sys
from dataclasses import asdict
from math import ceil
from typing import Any, NoReturn

from mailflow.content.build import build
from mailflow.content.job import Job
from mailflow.content.words import CompileError

_LENGTH_BYTES = 8


def main() -> None:
    """Answer jobs until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not garble the answers
    socket.socket = _no_network  # type: ignore[assignment,misc]
    _send(answers, {"ready": True})
    while header := sys.stdin.buffer.read(_LENGTH_BYTES):
        job, seconds, memory_mb = pickle.loads(sys.stdin.buffer.read(int.from_bytes(header, "big")))  # noqa: S301 - from our own parent
        _limit(seconds, memory_mb)
        _send(answers, _answer(job))


def _answer(job: Job) -> dict[str, Any]:
    try:
        return {"compiled": build(job).to_dict()}
    except CompileError as error:
        return {"faults": [asdict(fault) for fault in error.faults]}
    except MemoryError:
        return {"memory": True}
    except Exception as error:
        return {"bug": f"{type(error).__name__}: {error}"}


def _limit(seconds: float, memory_mb: int) -> None:
    """This job's share: processor time counted from now, and address space."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    total = ceil(used.ru_utime + used.ru_stime + seconds)
    _lower(resource.RLIMIT_CPU, total)
    _lower(resource.RLIMIT_AS, memory_mb << 20)


def _lower(limit: int, value: int) -> None:
    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _send(stream: Any, answer: dict[str, Any]) -> None:
    data = json.dumps(answer).encode()
    stream.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    stream.flush()


def _no_network(*_args: object, **_keywords: object) -> NoReturn:
    raise OSError("compiling a mail needs no network")


if __name__ == "__main__":
    main()
