"""Tokens in links: opaque, unguessable, bound to one purpose, and readable for as long as mails live.

base64url(1 byte version and key number | AES-SIV(row id, 8 bytes | extra, 2 bytes)), the purpose being
associated data (RFC 5297): 27 bytes, 36 characters. Made once and never changed, since mails already out carry them.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from mailflow.foundation.strikes import Stamp

_FORM = re.compile(r"[A-Za-z0-9_-]{36}")
_VERSION = 0x10
_KEY_BITS = 0x0F


class Purpose(StrEnum):
    """What a token may be used for; one made for another purpose is not accepted."""

    OPEN = "open"
    CLICK = "click"
    OPEN_MAILING = "open-mailing"
    CLICK_MAILING = "click-mailing"
    VIEW = "view"
    LEAVE = "leave"
    PREFERENCES = "preferences"
    CONFIRM = "confirm"
    FORM = "form"


@dataclass(frozen=True)
class Token:
    """What a token says: a row's id and a small extra number (a link's number, say)."""

    row_id: int
    extra: int = 0


class TokenMint:
    """Makes and reads tokens with the installation's keys."""

    def __init__(self, keys: Mapping[int, bytes], newest: int | None = None) -> None:
        """``keys`` by number (1 to 15), 64 bytes each; ``newest`` makes new tokens, left out the one of the highest number."""
        self._ciphers = {number: AESSIV(key) for number, key in keys.items()}
        self._newest = max(self._ciphers) if newest is None else newest
        self._key = keys[self._newest]

    def make(self, purpose: Purpose, row_id: int, extra: int = 0) -> str:
        """The 36 characters that stand for this row and purpose."""
        sealed = self._ciphers[self._newest].encrypt(row_id.to_bytes(8, "big") + extra.to_bytes(2, "big"), [purpose.value.encode()])
        return base64.urlsafe_b64encode(bytes((_VERSION | self._newest,)) + sealed).decode("ascii")

    def stamp(self, asked: Sequence[tuple[Purpose, int]]) -> Stamp:
        """Makes the tokens of mail after mail at once: one for each purpose and extra number, as ``make`` would."""
        return Stamp(self._key, _VERSION | self._newest, [(purpose.value.encode(), extra) for purpose, extra in asked])

    def read(self, purpose: Purpose, text: str) -> Token | None:
        """What the token says, or None for one that is altered, foreign or made for another purpose."""
        if not _FORM.fullmatch(text):  # b64decode would also take "+" and "/": one token has one spelling
            return None
        try:
            raw = base64.b64decode(text, altchars=b"-_", validate=True)
            cipher = self._ciphers[raw[0] & _KEY_BITS] if raw[0] & ~_KEY_BITS == _VERSION else None
            plain = cipher.decrypt(raw[1:], [purpose.value.encode()]) if cipher else b""
        except (binascii.Error, KeyError, InvalidTag):
            return None
        return Token(int.from_bytes(plain[:8], "big"), int.from_bytes(plain[8:], "big")) if plain else None
