"""The installation's open key ring: what makes tokens and hashes addresses while a process runs."""

import hashlib
import time
from collections.abc import Mapping
from contextlib import suppress
from threading import Thread

from cryptography.fernet import InvalidToken
from sqlalchemy.exc import SQLAlchemyError

from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.keys import SUPPRESSION, TokenKeys, ensure_keys, keys_of, secret_of, token_keys
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import TokenMint

_BLOCK = 64
_LOOK_EVERY = 3.0
"""Seconds; less than a new key waits before it makes tokens."""


class Ring:
    """The token mint, and keyed hashes that outlive the address they stand for."""

    def __init__(self, token_keys: Mapping[int, bytes], hash_key: bytes, newest: int | None = None) -> None:
        """``token_keys`` by number, of which ``newest`` makes tokens; ``hash_key`` never changes during an installation's life."""
        self._told = TokenKeys(dict(token_keys), max(token_keys) if newest is None else newest)
        self.mint = TokenMint(*self._told)
        # HMAC (RFC 2104) with its two halves begun once: half the time of hmac.new for each address.
        padded = hash_key.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def hash(self, text: str) -> str:
        """A keyed hash of a text, case ignored: the same address always gives the same one."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.strip().lower().encode())
        outer.update(inner.digest())
        return outer.hexdigest()

    def learn(self, told: TokenKeys) -> None:
        """Go on with these token keys; the mint is another one where they are others."""
        if told != self._told:
            self._told = told
            self.mint = TokenMint(*told)


def open_ring(database: Database, settings: Settings) -> Ring:
    """The ring of this installation, its keys made on first use."""
    secret, now = secret_of(settings), utc_now()
    with database.begin() as session:
        ensure_keys(session, secret, now=now)
        told = token_keys(session, secret, now=now)
        return Ring(told.keys, next(iter(keys_of(session, SUPPRESSION, secret).values())), told.newest)


def keep_learning(ring: Ring, database: Database, settings: Settings) -> None:
    """Let a process that stays learn of new keys within seconds, in a thread of its own that ends with it."""

    def look() -> None:
        secret = secret_of(settings)
        while True:
            time.sleep(_LOOK_EVERY)
            with suppress(SQLAlchemyError, InvalidToken, LookupError), database.read() as session:  # it is asked again
                ring.learn(token_keys(session, secret, now=utc_now()))

    Thread(target=look, name="keys", daemon=True).start()
