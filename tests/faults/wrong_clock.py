"""The sender with a clock that is set on command, and one protection taken out by name if wanted.

``python -m tests.faults.wrong_clock FILE [PROTECTION …]``: FILE holds by how many seconds the clock is off.
"""

import mmap
import struct
import sys
from datetime import datetime, timedelta
from pathlib import Path

from mailflow.foundation import clock

_SECONDS = struct.Struct("d")


class Off:
    """By how much the clocks of other processes are off; set here, seen there at once."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_SECONDS.pack(0.0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SECONDS.size)

    @property
    def seconds(self) -> float:
        return float(_SECONDS.unpack(self._map)[0])

    @seconds.setter
    def seconds(self, by: float) -> None:
        self._map[:] = _SECONDS.pack(by)


def _take_out(name: str) -> None:
    from mailflow.foundation.watched import Watched
    from mailflow.scheduler.forward import Forward

    if name == "evenness":  # leases are judged by whatever the clock shows
        Watched.even_for = property(lambda _: timedelta(days=1))  # type: ignore[assignment, method-assign]
    else:  # what lies ahead since the clock was set back stays there
        assert name == "forward"
        Forward._ahead = lambda _: []  # type: ignore[method-assign]


if __name__ == "__main__":
    off, right = Off(Path(sys.argv[1])), clock.utc_now

    def shown() -> datetime:
        return right() + timedelta(seconds=off.seconds)

    clock.utc_now = shown  # before anybody else takes the right one
    for protection in sys.argv[2:]:
        _take_out(protection)

    from mailflow.cli.worker import send

    send()
