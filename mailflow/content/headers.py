"""Header lines of a mail, written by hand: folded, encoded, and deaf to every attempt to smuggle in another line.

Python's own serialiser up to 3.11.9 writes a line break that hides in an encoded word (CVE-2024-6923), so no
header of ours passes through it.
"""

import base64
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

LINE = 76
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}")
_LONGEST_TEXT = 900
_LONGEST_FILE_NAME = 100
_NO_FILE_NAME = re.compile(r'[/\\:*?"<>|]')
"""What one system or another takes for more than a piece of a name."""
_AROUND = len("=?utf-8?b??=")
PHRASED = frozenset({"from", "to", "cc", "bcc", "reply-to", "sender", "list-id"})
"""Headers of the form: words <address>."""
WORDED = frozenset({"subject", "comments", "keywords", "organization"})
"""Headers that a person reads: cleaned, where others refuse."""
OURS = frozenset({"mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-id"})
"""Headers that say how the body is written; only the builder may set them."""


class HeaderError(ValueError):
    """A header that must not be sent; the message says which and why."""


def clean(text: str) -> str:
    """``text`` on one line, without control and direction characters; spaces in their place."""
    return " ".join(_CONTROL.sub(" ", text).split())[:_LONGEST_TEXT]


def mailbox(name: str, address: str) -> str:
    """``name <address>`` for From, To and Reply-To, to be given to ``header``, which encodes it; HeaderError for a bad address."""
    shown = clean(name).replace("<", "").replace(">", "")
    checked = _address("mailbox", address)
    return f"{shown} <{checked}>" if shown else checked


def header(name: str, value: str) -> bytes:
    """One header with its CRLF; raises HeaderError where name or value could carry more than one header."""
    key = name.lower()
    if not _NAME.fullmatch(name) or key in OURS:
        raise HeaderError(f"no header may be called {name[:60]!r}")
    if key in PHRASED:
        written = _phrased(name, value)
    elif key in WORDED:
        written = _words(clean(value), len(name) + 2)
    else:
        written = _exact(name, value)
    return f"{name}: {written}\r\n".encode("ascii")


def disposition(stem: str, ending: str) -> str:
    """Content-Disposition of a file to keep, called ``stem.ending``; whatever the stem holds, it is one name and nothing else.

    Spelt in ASCII for all, and as it is for who reads RFC 2231 (in its short form, RFC 8187, which RFC 6266 asks for).
    """
    shown = _NO_FILE_NAME.sub("-", clean(stem))[:_LONGEST_FILE_NAME].strip(" .-") or "file"
    name = f"{shown}.{ending}"
    plain = re.sub(r"[^A-Za-z0-9 ._()+-]", "_", re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", name)))
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{extended}'


def recipient(address: str) -> bytes:
    """The To line for a bare address, in one look where nothing needs to be encoded."""
    return f"To: {address}\r\n".encode("ascii") if _ADDRESS.fullmatch(address) else header("To", address)


def _phrased(name: str, value: str) -> str:
    shown, bracket, rest = value.rpartition("<")
    if not bracket:
        return _address(name, value.strip())
    if not rest.endswith(">"):
        raise HeaderError(f"{name} has no address at its end")
    inside = rest[:-1].strip()
    place = f"<{_list_id(inside) if name.lower() == 'list-id' else _address(name, inside)}>"
    phrase = _phrase(clean(_unquoted(shown.strip())), len(name) + 2)
    if not phrase:
        return place
    last = phrase.rpartition("\r\n")[2]
    room = LINE - len(place) - 1 - (len(name) + 2 if last == phrase else 0)
    return f"{phrase} {place}" if len(last) <= room else f"{phrase}\r\n {place}"


def _address(name: str, address: str) -> str:
    """The address with its domain in ASCII (RFC 5890); a local part beyond ASCII needs SMTPUTF8 and is refused."""
    local, at, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            address = f"{local}{at}{domain.encode('idna').decode()}"
        except UnicodeError:
            raise HeaderError(f"{name} has no address that can be written") from None
    if not _ADDRESS.fullmatch(address):
        raise HeaderError(f"{name} has no address that can be written")
    return address


def _list_id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,254}", text):
        raise HeaderError("List-Id needs a name of letters, digits, dots and dashes")
    return text


def _unquoted(phrase: str) -> str:
    if len(phrase) >= 2 and phrase[0] == phrase[-1] == '"':
        return re.sub(r"\\(.)", r"\1", phrase[1:-1])
    return phrase


def _phrase(text: str, used: int) -> str:
    """A display name: plain atoms, a quoted string, or encoded words (RFC 5322 section 3.2.5, RFC 2047)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    written = text if not text or _ATOMS.fullmatch(text) else f'"{escaped}"'
    if not text.isascii() or "=?" in text or len(written) > LINE - used:
        return "\r\n ".join(_encoded(text, used))
    return written


def _words(text: str, used: int) -> str:
    if text and (not _PLAIN.fullmatch(text) or "=?" in text or max(map(len, text.split())) > LINE - 16):
        return "\r\n ".join(_encoded(text, used))
    return _folded(text, used)


def _exact(name: str, value: str) -> str:
    """A value for machines: printable ASCII as it is, and nothing that decodes to something else."""
    if not _PLAIN.fullmatch(value) or "=?" in value or max(map(len, value.split())) > 900:
        raise HeaderError(f"{name} cannot hold {value[:60]!r}")
    return _folded(value, len(name) + 2)


def _folded(text: str, used: int) -> str:
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        room = LINE - (used if not lines else 1)
        if line and len(line) + 1 + len(word) > room:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])


def _encoded(text: str, used: int) -> Iterator[str]:
    """Encoded words of at most 75 characters and the line's room, never cut inside a character."""
    raw, start = text.encode(), 0
    end = (min(75, LINE - used) - _AROUND) // 4 * 3
    while end < len(raw):
        while raw[end] & 0xC0 == 0x80:  # not the first byte of a character
            end -= 1
        yield _encoded_word(raw[start:end])
        start, end = end, end + (75 - _AROUND) // 4 * 3
    yield _encoded_word(raw[start:])


def _encoded_word(raw: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(raw).decode()}?="
