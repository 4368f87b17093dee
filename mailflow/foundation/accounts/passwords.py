"""Hashing and verifying passwords, argon2id: slow on purpose, so never inside a transaction."""

import os
import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD = 10

LONGEST_WAIT = 1.0
"""Seconds that a try waits for its turn."""

_hasher = PasswordHasher()
_turns = BoundedSemaphore(min(4, os.cpu_count() or 1))
"""Each hash takes 64 MB and a core: a crowd of guesses must not take the whole machine."""


class Busy(Exception):  # noqa: N818  # no fault of anybody's
    """So many passwords are being looked at that this one had no turn."""


def hash_password(password: str) -> str:
    """What is kept of a password; raises ValueError for one shorter than ten characters. Takes some tenths of a second."""
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"a password needs at least {SHORTEST_PASSWORD} characters")
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; with no hash, False after the same time, so that nobody learns which accounts exist.

    Raises Busy where it would have had to wait for longer than a second.
    """
    if not _turns.acquire(timeout=LONGEST_WAIT):
        raise Busy
    try:
        return _hasher.verify(password_hash or _nobody(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _turns.release()


@cache
def _nobody() -> str:
    """A hash that no password matches."""
    return _hasher.hash(secrets.token_hex(16))
