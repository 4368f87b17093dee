"""A whole message as bytes: headers, text part, HTML part (RFC 5322, 2045-2047), fast enough to do for each reader."""

from collections.abc import Sequence

from mailflow.content.headers import HeaderError, clean, header, mailbox
from mailflow.content.quoted import quoted

__all__ = ["HeaderError", "build_mime", "clean", "header", "mailbox", "whole"]

# "=_" cannot occur in quoted-printable text, so no part can hold this line.
_BOUNDARY = b"=_mailflow_parts"
_ONCE = frozenset(
    {"from", "to", "subject", "date", "message-id", "reply-to", "sender", "list-id", "list-unsubscribe", "list-unsubscribe-post"}
)
_BEFORE_TEXT = (
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="' + _BOUNDARY + b'"\r\n\r\n'
    b"--" + _BOUNDARY + b"\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)
_BEFORE_HTML = (
    b"\r\n--" + _BOUNDARY + b"\r\n"
    b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)  # fmt: skip
_AFTER = b"\r\n--" + _BOUNDARY + b"--\r\n"


def build_mime(headers: Sequence[tuple[str, str]], *, text: str, html: str) -> bytes:
    """The message with exactly these headers and its two parts, text first; raises HeaderError for a header not to be sent.

    From, To and Reply-To take ``words <address>`` unencoded (see ``mailbox``). Lines end in CRLF and are at most 76
    characters long, but where one word of a header is longer; everything is ASCII, and no line begins with a dot.
    """
    names = [name.lower() for name, _ in headers]
    if twice := {name for name in names if name in _ONCE and names.count(name) > 1}:
        raise HeaderError(f"given twice: {', '.join(sorted(twice))}")
    return whole([header(name, value) for name, value in headers], [quoted(text)], [quoted(html)])


def whole(headers: Sequence[bytes], text: Sequence[bytes], html: Sequence[bytes]) -> bytes:
    """The message of header lines and of parts that are quoted already."""
    return b"".join([*headers, _BEFORE_TEXT, *text, _BEFORE_HTML, *html, _AFTER])
