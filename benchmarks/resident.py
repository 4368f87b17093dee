"""How much memory a process has resident (proc(5))."""

from pathlib import Path


def resident(pid: int) -> float:
    """MiB now."""
    return _status(pid, "VmRSS")


def peak(pid: int) -> float:
    """The most MiB since its start, or since ``forget_peak``."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """From now on its peak is a new one."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _status(pid: int, what: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024
