"""The installation's open key ring: what makes tokens and hashes addresses while a process runs."""

import hashlib
from collections.abc import Mapping

from mailflow.foundation.clock import utc_now
from mailflow.foundation.database import Database
from mailflow.foundation.keys import SUPPRESSION, TOKEN, ensure_keys, keys_of, secret_of
from mailflow.foundation.settings import Settings
from mailflow.foundation.tokens import TokenMint

_BLOCK = 64


class Ring:
    """The token mint, and keyed hashes that outlive the address they stand for."""

    def __init__(self, token_keys: Mapping[int, bytes], hash_key: bytes) -> None:
        """``token_keys`` by number; ``hash_key`` never changes during an installation's life."""
        self.mint = TokenMint(token_keys)
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


def open_ring(database: Database, settings: Settings) -> Ring:
    """The ring of this installation, its keys made on first use."""
    secret = secret_of(settings)
    with database.begin() as session:
        ensure_keys(session, secret, now=utc_now())
        return Ring(keys_of(session, TOKEN, secret), next(iter(keys_of(session, SUPPRESSION, secret).values())))
