"""What tells a thing from its copy: the birth of a file, the place of a database on its server."""

import ctypes
import os
import struct
from functools import cache
from pathlib import Path
from typing import IO, Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_AT_FDCWD = -100
_AT_EMPTY_PATH = 0x1000
_BTIME = 0x800
_BTIME_AT = 80
"""In struct statx (statx(2)): after the four masks and counts, ids, mode, inode, size, blocks, attributes, and the time of access."""


def birth_of(file: Path) -> str:
    """When a file was made, which no copying, unpacking or synchronising can give to another; its inode where nobody keeps that.

    "" where there is no such file.
    """
    if not file.exists():
        return ""
    return _birth(_AT_FDCWD, os.fsencode(file), 0) or f"inode {file.stat().st_ino}"  # never opened: SQLite's locks end with any close


def birth_of_open(file: IO[Any]) -> str:
    """As ``birth_of``: of the very file that is read from, whichever has its name by now."""
    return _birth(file.fileno(), b"", _AT_EMPTY_PATH) or f"inode {os.fstat(file.fileno()).st_ino}"


def _birth(folder: int, name: bytes, flags: int) -> str:
    found = ctypes.create_string_buffer(256)
    statx = _statx()
    if not statx or statx(folder, name, flags, _BTIME, found) != 0 or not struct.unpack_from("<I", found)[0] & _BTIME:
        return ""
    seconds, nanoseconds = struct.unpack_from("<qI", found, _BTIME_AT)
    return f"born {seconds}.{nanoseconds:09d}"


@cache
def _statx() -> Any:
    """The C library's own, None where it has none; asked for once, since each asking leaves a class behind."""
    return getattr(ctypes.CDLL(None), "statx", None)


def place_of(session: Session) -> str:
    """Where a session's database lies: its file's birth, or its number on a server that has a number too."""
    bind = session.get_bind()
    if bind.dialect.name == "sqlite":
        return birth_of(Path(bind.engine.url.database or ""))
    number = session.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    try:
        with session.begin_nested():
            server = session.scalar(text("SELECT system_identifier FROM pg_control_system()"))
    except DBAPIError:  # some who rent out servers do not tell
        server = ""
    return f"database {number} of {server}"
