"""SMTP on the wire, without a wire: reading replies and extensions, writing a message's data (RFC 5321)."""

import re
from dataclasses import dataclass
from typing import NamedTuple

LONGEST_REPLY = 65_536
"""Bytes of one reply after which the server is taken for broken."""

_LONE_LF = re.compile(rb"(?<!\r)\n")
_LONE_CR = re.compile(rb"\r(?!\n)")


class Answer(NamedTuple):
    """One whole reply of the server: its code (0 when it is none) and its text, lines joined by a newline."""

    code: int
    text: str


class Answers:
    """Puts the bytes of a connection together to replies (RFC 5321 section 4.2.1)."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._length = 0

    def feed(self, data: bytes) -> list[Answer]:
        """The replies that are complete with these bytes; a line that is no reply has code 0."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        answers = [answer for line in lines if (answer := self._take(line.rstrip(b"\r"))) is not None]
        if len(self._rest) > LONGEST_REPLY or self._length > LONGEST_REPLY:
            answers.append(Answer(0, "the reply is too long"))
        return answers

    def waiting(self) -> bool:
        """Whether a part of a reply has come."""
        return bool(self._rest or self._lines)

    def _take(self, line: bytes) -> Answer | None:
        if line[3:4] == b"-" and line[:3].isdigit():
            self._lines.append(line[4:])
            self._length += len(line)
            return None
        if self._length + len(line) > LONGEST_REPLY:
            return Answer(0, "the reply is too long")
        code = int(line[:3]) if len(line) >= 3 and line[:3].isdigit() and line[3:4] in (b" ", b"") else 0
        text = b"\n".join((*self._lines, line[4:] if code else line)) if self._lines else line[4:] if code else line
        self._lines, self._length = [], 0
        return Answer(code, text.decode("utf-8", "replace"))


@dataclass(frozen=True)
class Extensions:
    """What the server offered with EHLO; nothing after HELO."""

    offered: frozenset[str] = frozenset()
    size: int = 0
    """The greatest message in bytes; 0 when none was named (RFC 1870)."""
    mechanisms: frozenset[str] = frozenset()
    """The ways of AUTH (RFC 4954)."""

    takes_size: bool = False
    """Whether MAIL may say how large the message is (RFC 1870)."""

    def __contains__(self, name: str) -> bool:
        return name in self.offered


def read_extensions(text: str) -> Extensions:
    """The extensions in the text of an EHLO reply; its first line is a greeting."""
    offered, size, mechanisms = set(), 0, set()
    for line in text.split("\n")[1:]:
        name, *values = line.upper().replace("=", " ").split() or [""]
        offered.add(name)
        if name == "SIZE" and values and values[0].isdigit():
            size = int(values[0])
        if name == "AUTH":
            mechanisms.update(values)
    return Extensions(frozenset(offered), size, frozenset(mechanisms), "SIZE" in offered)


def crlf_lines(content: bytes) -> bytes:
    """The content with CRLF line ends only, the last line ended too."""
    ends = content.count(b"\r\n")
    if content.count(b"\n") != ends or content.count(b"\r") != ends:
        content = _LONE_CR.sub(b"\r\n", _LONE_LF.sub(b"\r\n", content))
    return content if content[-2:] == b"\r\n" else content + b"\r\n"


def dotted(content: bytes) -> bytes:
    """The content as DATA takes it, all but the final dot: CRLF line ends only, leading dots doubled (RFC 5321 section 4.5.2)."""
    content = crlf_lines(content)
    if b"\r\n." in content or content[:1] == b".":
        content = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    return content
