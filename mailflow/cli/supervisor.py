"""One process that keeps its children alive, and stops them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from mailflow.foundation.settings import Settings

_DRAIN_SECONDS = 25.0
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0


@dataclass
class Child:
    """One child process; ``pause`` grows while it keeps dying young."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.5
    due: float = field(default=0.0)

    def start(self) -> None:
        """Start it with this Python."""
        self.process = subprocess.Popen([sys.executable, "-P", "-m", "mailflow", *self.command], env=os.environ.copy())  # noqa: S603  # our own command
        self.started = time.monotonic()

    def mend(self) -> None:
        """Start it again if it died, later each time unless it had lived a while."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.pause = 0.5 if now - self.started > _STEADY_SECONDS else min(self.pause * 2, _LONGEST_PAUSE)
            sys.stderr.write(f"mailflow: {self.name} stopped (code {self.process.returncode}); starting it again in {self.pause:.0f} s\n")
            self.process, self.due = None, now + self.pause
        if self.process is None and now >= self.due:
            self.start()


class Supervisor:
    """Starts the children, restarts who dies, and on SIGTERM or Ctrl-C lets all finish what they have in hand."""

    def __init__(self, commands: Mapping[str, Sequence[str]], settings: Settings) -> None:
        """``commands``: arguments of the mailflow command by a name for people."""
        self._children = [Child(name, command) for name, command in commands.items()]
        self._settings = settings
        self._stopping = False

    def run(self, ready: Callable[[], None]) -> int:
        """Until told to stop; ``ready`` is called once the web process answers. The exit code."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        for child in self._children:
            child.start()
        waiting = True
        while not self._stopping:
            if waiting and self._answers():
                ready()
                waiting = False
            time.sleep(0.1)
            for child in self._children:
                if not self._stopping:
                    child.mend()
        return self._drain()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _answers(self) -> bool:
        try:
            with urlopen(f"http://{_reachable(self._settings.host)}:{self._settings.port}/healthz", timeout=1) as answer:  # our own address
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def _drain(self) -> int:
        """Tell all to stop, wait, and end by force who does not."""
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + _DRAIN_SECONDS
        forced = 0
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                forced += 1
        ending = f"stopped; {forced} of its processes had to be ended by force" if forced else "stopped; nothing was left half done"
        sys.stdout.write(f"mailflow: {ending}.\n")
        return 1 if forced else 0


def _reachable(host: str) -> str:
    """An address that means "every one of mine" is asked at the loopback one."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
