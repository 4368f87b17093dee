"""Quoted-printable (RFC 2045 section 6.7), whole or in pieces that stand side by side: each begins at the start of a line.

No line begins with a dot, so that SMTP has nothing to stuff; none is longer than 76 characters.
"""

import re
from collections.abc import Iterator, Sequence

HOLE = 36
"""Characters of a token: what a piece leaves room for, and nothing else fits."""
_LINE = 76
_SOFT = b"=\r\n"
_MARK = b"\0" * HOLE
_CODES = {bytes((number,)): b"=%02X" % number for number in range(256)}
_UNSAFE = re.compile(rb"[^\t\n -~]")
_PLAIN = re.compile(r"[!#-%(-\-/-;?-~][ !#-%(-;?-~]{0,74}")
_EASY = re.compile(r"[ -\-/-<>-~][ -<>-~]{0,74}")


def quoted(text: str) -> bytes:
    """A whole body: decoded it is ``text`` with CRLF line ends."""
    return b"\r\n".join(_lines(_coded(text), open_end=False))


def plain(text: str) -> bytes | None:
    """What ``piece`` gives for words that are written alike in HTML and in text; None for others."""
    return text.encode("ascii") + _SOFT if _PLAIN.fullmatch(text) else None


def piece(text: str) -> bytes:
    """``text`` so that another piece may follow: its last line is closed by a soft break, if not by its own."""
    if _EASY.fullmatch(text):
        return text.encode("ascii") + _SOFT
    coded = _coded(text)
    if 0 < len(coded) < _LINE and b"\n" not in coded and not coded.startswith(b"."):
        return coded + _SOFT
    return b"\r\n".join(_lines(coded, open_end=True))


def pieces(texts: Sequence[str], *, last: bool) -> list[bytes]:
    """One piece with a hole between each two of ``texts``, cut at the holes; ``last`` closes the body."""
    marked = _MARK.join(_coded(text) for text in texts)
    return b"\r\n".join(_lines(marked, open_end=not last)).split(_MARK)


def _coded(text: str) -> bytes:
    raw = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    return _UNSAFE.sub(_code, raw.replace(b"=", b"=3D"))


def _code(match: re.Match[bytes]) -> bytes:
    return _CODES[match.group()]


def _lines(coded: bytes, *, open_end: bool) -> Iterator[bytes]:
    *closed, last = coded.split(b"\n")
    for line in closed:
        yield from _wrapped(_without_blank_end(line), _LINE)
    if not open_end:
        yield from _wrapped(_without_blank_end(last), _LINE)
        return
    if last:
        *before, rest = _wrapped(last, _LINE - 1)
        yield from before
        yield rest + b"="
    yield b""


def _without_blank_end(line: bytes) -> bytes:
    """White space at the end of a line is lost on the way."""
    end = line[-1:]
    return line[:-1] + _CODES[end] if end in (b" ", b"\t") else line


def _wrapped(line: bytes, room: int) -> Iterator[bytes]:
    """``line`` cut by soft breaks; the last part has at most ``room`` characters."""
    start = 0
    while True:
        lead = b""
        if line.startswith(b".", start):
            lead, start = b"=2E", start + 1
        if len(lead) + len(line) - start <= room:
            yield lead + line[start:]
            return
        end = _cut(line, start, start + _LINE - 1 - len(lead))
        yield lead + line[start:end] + b"="
        start = end


def _cut(line: bytes, start: int, end: int) -> int:
    """The last place up to ``end`` that is inside neither a code nor a hole."""
    if line[end - 1 : end + 1] == b"\0\0":
        begun = max(start, len(line[start:end].rstrip(b"\0")) + start)
        return begun + (end - begun) // HOLE * HOLE
    for back in (1, 2):
        if line[end - back : end - back + 1] == b"=":
            return end - back
    return end
