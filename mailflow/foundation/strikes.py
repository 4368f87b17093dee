"""Many tokens in one stroke: AES-SIV (RFC 5297) for short texts, its blocks enciphered together.

A mail carries a dozen tokens. One at a time, setting up the cipher costs more than the cipher itself.
"""

import binascii
from collections.abc import Callable, Sequence
from operator import add
from struct import Struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

_BLOCK = 16
_POLYNOMIAL = 0x87
_COUNTER_BITS = ~(1 << 63 | 1 << 31) & (1 << 128) - 1
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Stamp:
    """The tokens of one mail, whose purposes and extra numbers are the same for each reader; to be used by one thread at a time."""

    def __init__(self, key: bytes, head: int, asked: Sequence[tuple[bytes, int]]) -> None:
        """``asked`` names a purpose and an extra number for each token; ``head`` is the first byte of all of them."""
        count, authentic = len(asked), key[: len(key) // 2]
        self._mac, self._stream = _blocks(authentic), _blocks(key[len(key) // 2 :])
        self._size, self._head = count * _BLOCK, bytes((head,))
        self._ids, self._tags, self._texts = Struct(">" + "Q8x" * count), Struct("16s" * count), Struct("10s6x" * count)
        self._tokens = Struct("36s" * count)
        whitened = _doubled(int.from_bytes(self._mac(bytes(_BLOCK)), "big"))
        self._extras = _joined([extra << 48 for _, extra in asked])
        ends = [_subject(authentic, purpose) ^ whitened ^ 1 << 47 for purpose, _ in asked]
        self._mask, self._counters = _joined(ends), _joined([_COUNTER_BITS] * count)

    def make(self, row_ids: Sequence[int]) -> tuple[bytes, ...]:
        """The tokens for these rows, 36 ASCII bytes each, in the order they were asked for."""
        texts = int.from_bytes(self._ids.pack(*row_ids), "big") ^ self._extras
        tags = self._mac((texts ^ self._mask).to_bytes(self._size, "big"))
        stream = self._stream((int.from_bytes(tags, "big") & self._counters).to_bytes(self._size, "big"))
        sealed = (int.from_bytes(stream, "big") ^ texts).to_bytes(self._size, "big")
        raw = self._head + self._head.join(map(add, self._tags.unpack(tags), self._texts.unpack(sealed)))
        return self._tokens.unpack(binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE))


def _blocks(key: bytes) -> Callable[[bytes], bytes]:
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update  # noqa: S305 - the primitive that SIV is built of


def _subject(key: bytes, purpose: bytes) -> int:
    """What S2V has come to before the text itself, which is shorter than a block: the purpose is its only associated data."""
    return _doubled(_doubled(_cmac(key, bytes(_BLOCK))) ^ _cmac(key, purpose))


def _cmac(key: bytes, text: bytes) -> int:
    mac = CMAC(algorithms.AES(key))
    mac.update(text)
    return int.from_bytes(mac.finalize(), "big")


def _doubled(block: int) -> int:
    """Multiplied by x in GF(2^128)."""
    return (block << 1 & (1 << 128) - 1) ^ (_POLYNOMIAL if block >> 127 else 0)


def _joined(blocks: Sequence[int]) -> int:
    return int.from_bytes(b"".join(block.to_bytes(_BLOCK, "big") for block in blocks), "big")
