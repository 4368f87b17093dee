"""The sandbox keeps each mail as a file, and the inbox page reads them back, whatever lies in that folder."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailflow.delivery.inbox import count, letter, letters
from mailflow.delivery.transports import open_transport
from mailflow.delivery.transports.words import Envelope, Verdict

MAIL = (
    "From: =?utf-8?q?Taller_Pe=C3=B1a?= <hola@example.com>\r\nTo: {to}\r\nSubject: =?utf-8?b?wqFIb2xhLCBBbmEh?=\r\n"
    'List-Unsubscribe: <https://example.com/u/1>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="x"\r\n\r\n'
    "--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nA=C3=B1o nuevo\r\n"
    "--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hola</p>\r\n--x--\r\n"
)


def put(home: Path, *people: str) -> list[Verdict]:
    async def work() -> list[Verdict]:
        transport = open_transport("sandbox:", home=home)
        replies = [await transport.send(Envelope(n, "b@example.com", to, MAIL.format(to=to).encode())) for n, to in enumerate(people, 1)]
        await transport.close()
        return [reply.verdict for reply in replies]

    return asyncio.run(work())


def test_each_mail_is_a_letter_newest_first(tmp_path: Path) -> None:
    assert put(tmp_path, "ana@example.net", "carla@example.net") == [Verdict.SENT, Verdict.SENT]
    assert [(line.to, line.message_id) for line in letters(tmp_path)] == [("carla@example.net", 2), ("ana@example.net", 1)]
    assert [line.to for line in letters(tmp_path, limit=1)] == ["carla@example.net"]
    assert count(tmp_path) == 2


def test_a_letter_reads_as_it_was_written(tmp_path: Path) -> None:
    put(tmp_path, "ana@example.net")
    [line] = letters(tmp_path)
    assert (line.subject, line.sender) == ("¡Hola, Ana!", "Taller Peña <hola@example.com>")
    assert abs(line.at - datetime.now(UTC)) < timedelta(seconds=10)
    whole = letter(tmp_path, line.name)
    assert whole is not None
    assert (whole.subject, whole.to, whole.text.strip(), whole.html.strip()) == (line.subject, line.to, "Año nuevo", "<p>Hola</p>")
    assert ("List-Unsubscribe", "<https://example.com/u/1>") in whole.headers


@pytest.mark.parametrize(("search", "found"), [("ANA", 2), ("carla", 1), ("¡hola", 2), ("nadie", 0), (" ", 2)])
def test_the_inbox_can_be_searched(tmp_path: Path, search: str, found: int) -> None:
    put(tmp_path, "ana@example.net", "carla@example.net")  # "Ana" is in every subject
    assert len(letters(tmp_path, search=search)) == found


@pytest.mark.parametrize(
    "name", ["../secret.eml", "/etc/passwd", "..", "", "a.eml", "00000000000000001-1.eml/../x", "00000000000000001-1.eml\n"]
)
def test_a_name_that_is_no_letters_reads_nothing(tmp_path: Path, name: str) -> None:
    put(tmp_path, "ana@example.net")
    (tmp_path / "secret.eml").write_text("Subject: secret\n\n")
    assert letter(tmp_path, name) is None


def test_odd_files_do_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    odd = [b"", b"\x00\xff\xfe", b"Subject: =?nope?q?x?=\r\n\r\n", b"Content-Type: text/plain; charset=klingon\r\n\r\nqapla", b"no headers"]
    odd += [b"Subject: " + b"x" * 200_000, b"Content-Type: multipart/mixed\r\n\r\nno boundary", b"Subject: \xf1\r\nTo:\r\n\r\n\xf1"]
    odd += [b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%", b"To: =?utf-8?b?wqFIb2xh"]
    for number, content in enumerate(odd):
        (folder / f"{number:017d}-{number}.eml").write_bytes(content)
    (folder / "99999999999999999-1.eml").write_bytes(b"Subject: from the far future\r\n\r\n")
    (folder / "00000000000000042-42.eml").mkdir()
    (folder / ".00000000000000043-43.eml.7.part").write_bytes(b"Subject: unfinished\r\n\r\n")
    (folder / "readme.txt").write_text("hello")
    lines = letters(tmp_path)
    assert len(lines) == len(odd) + 1
    assert all(letter(tmp_path, line.name) for line in lines)
    assert letter(tmp_path, "00000000000000042-42.eml") is None


def test_an_empty_home_has_an_empty_inbox(tmp_path: Path) -> None:
    assert letters(tmp_path / "nowhere") == []
    assert count(tmp_path / "nowhere") == 0
