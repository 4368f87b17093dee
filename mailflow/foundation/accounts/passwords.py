"""Hashing and verifying passwords, argon2id: slow on purpose, so never inside a transaction."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD = 10

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """What is kept of a password; raises ValueError for one shorter than ten characters. Takes some tenths of a second."""
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"a password needs at least {SHORTEST_PASSWORD} characters")
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; with no hash, False after the same time, so that nobody learns which accounts exist."""
    try:
        return _hasher.verify(password_hash or _nobody(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A hash that no password matches."""
    return _hasher.hash(secrets.token_hex(16))
