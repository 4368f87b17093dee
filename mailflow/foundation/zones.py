"""Time zone data: the newer of the computer's own and the tzdata package's are in force, and their version is told."""

import os
import zoneinfo
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_OWN = tuple(map(Path, zoneinfo.TZPATH))
"""Where Python looks for the computer's data, as it was before anything here changed that."""
_VERSIONS = ("tzdata.zi", "+VERSION")
"""Files whose first line names the version: "# version 2026f" everywhere, "2026f" on macOS."""
_Marks = tuple[tuple[int, int, int], ...]
_in_force: tuple[_Marks, str] | None = None


def zone_data() -> str:
    """Put the newest zone data of this computer in force; their version, such as "2026f", or "" where nobody can tell it.

    Asked again after either was updated, the new rules hold at once: no restart is needed. Costs 70 µs.
    """
    global _in_force  # noqa: PLW0603  # Python's own search path and cache, which this goes with, are the process's too
    seen = _marks()
    if _in_force is None or _in_force[0] != seen:
        _in_force = (seen, _put_in_force())
    return _in_force[1]


@cache
def country_of(zone: str) -> str:
    """The country in which a zone's place lies (ISO 3166, two letters), such as "ES"; "" where nobody can tell."""
    for folder in (*_OWN, *_package()):
        try:
            lines = (folder / "zone.tab").read_text("utf-8").splitlines()
        except OSError:
            continue
        named = (line.split("\t") for line in lines if not line.startswith("#"))
        return next((parts[0] for parts in named if len(parts) > 2 and parts[2] == zone), "")
    return ""


def _put_in_force() -> str:
    own, packed = version_in(*_OWN), version_in(*_package())
    # Who names a path means it: then nothing newer is wanted.
    folders = (*_package(), *_OWN) if packed > own and "PYTHONTZPATH" not in os.environ else _OWN
    zoneinfo.reset_tzpath([str(folder) for folder in folders])
    zoneinfo.ZoneInfo.clear_cache()
    return version_in(*folders)


def version_in(*folders: Path) -> str:
    """The version of the first of these folders that holds any; versions are in order as texts are."""
    for folder in folders:
        for name in _VERSIONS:
            try:
                with (folder / name).open(encoding="ascii") as file:
                    return (file.readline().split() or [""])[-1]
            except (OSError, ValueError):
                continue
    return ""


@cache
def _package() -> tuple[Path, ...]:
    """The folder of the tzdata package's files: read as files, since its modules are memory that no sender needs."""
    found = find_spec("tzdata")
    return tuple(Path(place) / "zoneinfo" for place in found.submodule_search_locations or ()) if found else ()


def _marks() -> _Marks:
    return tuple(map(_mark, (folder / name for folder in (*_OWN, *_package()) for name in _VERSIONS)))


def _mark(path: Path) -> tuple[int, int, int]:
    try:
        told = path.stat()
    except OSError:
        return 0, 0, 0
    return told.st_ino, told.st_ctime_ns, told.st_size
