"""What must not get onto the wire, and a line that must not be read: addresses, line ends, TLS, sign-in, odd servers."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from mailflow.delivery.transports import open_transport
from mailflow.delivery.transports.addresses import BadAddressError, envelope_address
from mailflow.delivery.transports.grammar import LONGEST_REPLY, Answers, dotted, read_extensions
from mailflow.delivery.transports.route import Patience, Route, Tls, parse_route
from mailflow.delivery.transports.smtp import Pool
from mailflow.delivery.transports.transaction import content_pieces
from mailflow.delivery.transports.words import Reply, Verdict
from tests.delivery.test_smtp import LETTER, envelope, route_to, send_all, with_pool
from tests.sink import Sink

TWO_OR_NONE = [
    "ana@example.net, bruno@example.net",
    "ana@example.net@evil.example.com",
    "Ana <ana@example.net>",
    "ana@example.net>\r\nRCPT TO:<bruno@example.net",
    "ana@example.net\nbruno@example.net",
    "ana@example.net\x00",
    "ana@exam ple.net",
    "ana\u2028@example.net",
    "ana\u200b@example.net",
    '"ana bruno"@example.net',
    "@relay.example.com:ana@example.net",
    "ana",
    "@example.net",
    "ana@",
    "",
]


@pytest.mark.parametrize("recipient", TWO_OR_NONE)
def test_s_14_only_one_plain_mailbox_is_an_envelope_recipient(recipient: str) -> None:
    with Sink() as sink:
        [reply] = send_all(route_to(sink), [envelope(recipient)])
        assert (reply.verdict, reply.reason) == (Verdict.FAILED, "hard-address")
        assert sink.connections == 0


@pytest.mark.parametrize("address", ["-oQ/tmp@example.net", "|id@example.net", "ana@example.net SIZE=1", "a" * 65 + "@example.net"])
def test_s_15_an_address_made_for_a_shell_or_a_second_command_is_refused_not_truncated(address: str) -> None:
    with pytest.raises(BadAddressError):
        envelope_address(address)


def test_s_15_a_bad_envelope_sender_stops_nobody_for_good() -> None:
    with Sink() as sink:
        [reply] = send_all(route_to(sink), [envelope("ana@example.net")._replace(sender="x@y.example>\r\nRCPT TO:<a@example.net")])
        assert (reply.verdict, reply.reason) == (Verdict.DEFERRED, "sender-fault")
        assert sink.connections == 0


def test_an_international_domain_goes_as_ascii() -> None:
    assert envelope_address("ana@españa.example.com") == "ana@xn--espaa-rta.example.com"
    assert envelope_address("ana@straße.example.com") == "ana@xn--strae-oqa.example.com"


@pytest.mark.parametrize(
    "content",
    [
        b"Subject: x\n\none\n.\ntwo\n",
        b"Subject: x\r\n\r\none\r\n.\r\ntwo",
        b"Subject: x\r\n\r\none\r.\r\ntwo\r",
        b"Subject: x\r\n\r\n..one\r\n.two\n.\r",
        b".",
        b"",
        b"\r\r\n\n.\r\n",
    ],
)
@pytest.mark.parametrize("pipelining", [True, False])
def test_s_16_a_message_cannot_end_early_or_carry_bare_line_ends(content: bytes, pipelining: bool) -> None:
    with Sink(pipelining=pipelining) as sink:
        replies = send_all(route_to(sink, connections=1), [envelope("ana@example.net", 1, content), envelope("carla@example.net", 2)])
        assert [reply.verdict for reply in replies] == [Verdict.SENT, Verdict.SENT]
        first, second = sink.received
        assert second.content == LETTER
        bare = first.content.replace(b"\r\n", b"")
        assert b"\r" not in bare
        assert b"\n" not in bare
        assert first.content.split() == content.split()


def test_a_block_of_plain_text_is_sent_as_it_is() -> None:
    assert dotted(LETTER) == LETTER
    assert dotted(b"..a\r\n.\r\n") == b"...a\r\n..\r\n"


LINES = st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).filter(lambda line: not line.startswith(".")))


@given(LINES.map(lambda lines: "".join(f"{line}\r\n" for line in lines).encode() or b"\r\n"), st.booleans())
def test_s_16_what_keeps_the_promise_of_a_stuffed_content_goes_out_as_if_it_had_been_read(content: bytes, chunked: bool) -> None:
    plain = envelope("ana@example.net", 1, content)
    assert content_pieces(plain._replace(stuffed=True), chunked=chunked) == content_pieces(plain, chunked=chunked)


def certificate(folder: Path, *, days: int = 1, name: str = "127.0.0.1") -> tuple[ssl.SSLContext, str]:
    """A server's context with a certificate of its own, and the file that makes it trusted."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sink")])
    begin, end = now - timedelta(days=2), now + timedelta(days=days)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), begin, end)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    signed = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(signed + secret)
    (folder / "ca.pem").write_bytes(signed)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context, str(folder / "ca.pem")


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_over_tls_letters_arrive_many_over_one_connection(tmp_path: Path, tls: Tls) -> None:
    context, ca = certificate(tmp_path)
    with Sink(tls=context, implicit=tls is Tls.IMPLICIT, login=("ana", "sésamo")) as sink:
        route = route_to(sink, tls=tls, authorities=ca, connections=2, user="ana", password="sésamo")
        replies = send_all(route, [envelope(f"ana+{n}@example.net", n, LETTER * 500) for n in range(20)])
        assert {reply.verdict for reply in replies} == {Verdict.SENT}
        assert {one.content for one in sink.received} == {LETTER * 500}


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
@pytest.mark.parametrize(("days", "name", "trusted"), [(-1, "127.0.0.1", True), (1, "127.0.0.2", True), (1, "127.0.0.1", False)])
def test_s_18_a_bad_certificate_defers_and_nothing_is_said(tmp_path: Path, tls: Tls, days: int, name: str, trusted: bool) -> None:
    context, ca = certificate(tmp_path, days=days, name=name)
    with Sink(tls=context, implicit=tls is Tls.IMPLICIT) as sink:
        [reply] = send_all(route_to(sink, tls=tls, authorities=ca if trusted else ""), [envelope("ana@example.net")])
        assert (reply.verdict, reply.reason) == (Verdict.DEFERRED, "network")
        assert "certificate" in reply.text
        assert not sink.commands["MAIL"]


def test_s_18_without_starttls_a_route_that_requires_it_sends_nothing() -> None:
    with Sink(login=("ana", "secreto")) as sink:
        [reply] = send_all(route_to(sink, tls=Tls.STARTTLS, user="ana", password="secreto"), [envelope("ana@example.net")])
        assert (reply.verdict, reply.reason) == (Verdict.DEFERRED, "network")
        assert not sink.commands["MAIL"] + sink.commands["AUTH"]


def test_where_tls_is_tried_a_server_without_it_gets_mail_but_no_password() -> None:
    with Sink() as sink:
        [reply] = send_all(route_to(sink, tls=Tls.TRY), [envelope("ana@example.net")])
        assert reply.verdict is Verdict.SENT
    with Sink(login=("ana", "secreto")) as sink:
        [reply] = send_all(route_to(sink, tls=Tls.TRY, user="ana", password="secreto"), [envelope("ana@example.net")])
        assert (reply.verdict, reply.reason) == (Verdict.DEFERRED, "sender-fault")
        assert not sink.commands["MAIL"] + sink.commands["AUTH"]


def test_where_tls_was_seen_once_a_server_that_offers_it_no_longer_gets_nothing(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)

    async def story(pool: Pool, sink: Sink) -> None:
        assert (await pool.send(envelope("ana@example.net"))).verdict is Verdict.SENT
        await asyncio.to_thread(sink.go_away)
        sink._options["tls_context"] = None
        await asyncio.to_thread(sink.come_back)
        await asyncio.sleep(0.3)
        reply = await pool.send(envelope("bruno@example.net"))
        assert (reply.verdict, reply.text) == (Verdict.DEFERRED, "TLS is required and the server does not offer STARTTLS")

    with Sink(tls=context) as sink:
        with_pool(route_to(sink, tls=Tls.TRY), lambda pool: story(pool, sink))
        assert [one.recipient for one in sink.received] == ["ana@example.net"]


def test_a_wrong_password_defers_and_is_our_own_fault_to_mend() -> None:
    with Sink(login=("ana", "secreto")) as sink:
        replies = send_all(route_to(sink, user="ana", password="otro"), [envelope("ana@example.net", n) for n in range(20)])
        assert {(reply.verdict, reply.reason, reply.code) for reply in replies} == {(Verdict.DEFERRED, "sender-fault", 535)}
        assert sink.connections <= 4


@contextmanager
def scripted(*turns: bytes, then_close: bool = False) -> Iterator[Route]:
    """A server that says each line in turn, one for each read, whatever it is asked."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, turn in enumerate(turns):
            if number and not await reader.read(65536):
                break
            writer.write(turn)
        if not then_close:
            await reader.read()
        writer.close()

    class Scripted(Sink):
        async def _listen(self) -> None:
            self._server = await asyncio.start_server(converse, "127.0.0.1", 0)
            self.port = self._server.sockets[0].getsockname()[1]

    with Scripted() as sink:
        yield route_to(sink, connections=1, patience=Patience(banner=0.5, command=0.5, data=0.5, final_dot=0.5, connect=0.5, drain=0.5))


def answer_of(*turns: bytes, then_close: bool = False, **changes: object) -> Reply:
    from dataclasses import replace

    with scripted(*turns, then_close=then_close) as route:
        [reply] = send_all(replace(route, **changes), [envelope("ana@example.net")])  # type: ignore[arg-type]
        return reply


@pytest.mark.parametrize("smuggled", [b"250-hi\r\n250 AUTH PLAIN\r\n", b"250-hi\r\n", b"250 h"])
def test_s_18_plain_text_behind_starttls_ends_the_line(smuggled: bytes) -> None:
    reply = answer_of(b"220 hi\r\n", b"250-hi\r\n250 STARTTLS\r\n", b"220 go\r\n" + smuggled, tls=Tls.STARTTLS)
    assert (reply.verdict, reply.reason) == (Verdict.DEFERRED, "network")
    assert "plain text came after STARTTLS" in reply.text


HI, EHLO, HELO = b"220 hi\r\n", b"250 hi\r\n", b"250-hi\r\n250 PIPELINING\r\n"
ODD = {
    "banner 421": ((b"421 4.7.0 too many connections\r\n",), "deferred", "throttle"),
    "banner 554": ((b"554 5.7.1 no mail from you\r\n",), "deferred", "policy"),
    "banner never": ((b"",), "deferred", "network"),
    "banner garbage": ((b"\x00\xff\x16\x03\r\n",), "deferred", "network"),
    "banner endless": ((b"220-" + b"x" * (2 * LONGEST_REPLY),), "deferred", "network"),
    "ehlo refused, helo taken": ((HI, b"502 what\r\n", EHLO, EHLO, EHLO, b"354 go\r\n", b"250 ok\r\n"), "sent", ""),
    "mail 421": ((HI, EHLO, b"421 4.3.2 shutting down\r\n"), "deferred", "mailbox-temporary"),
    "mail too big": ((HI, EHLO, b"552 5.3.4 too big\r\n"), "failed", "content"),
    "a message greater than SIZE": ((HI, b"250-hi\r\n250 SIZE 10\r\n"), "failed", "content"),
    "354 after a refusal": ((HI, HELO, b"250 ok\r\n550 5.1.1 no such user\r\n354 go\r\n"), "failed", "hard-address"),
    "250 to DATA": ((HI, HELO, b"250 ok\r\n250 ok\r\n250 ok\r\n"), "deferred", "network"),
    "dot refused": ((HI, HELO, b"250 ok\r\n250 ok\r\n354 go\r\n", b"550 5.7.1 spam\r\n"), "failed", "policy"),
    "dot unanswered": ((HI, HELO, b"250 ok\r\n250 ok\r\n354 go\r\n", b""), "uncertain", "interrupted"),
    "dot garbage": ((HI, HELO, b"250 ok\r\n250 ok\r\n354 go\r\n", b"zzz\r\n"), "uncertain", "interrupted"),
    "dot 354": ((HI, HELO, b"250 ok\r\n250 ok\r\n354 go\r\n", b"354 go\r\n"), "uncertain", "interrupted"),
    "many lines": ((HI, HELO, b"250-a\r\n250 ok\r\n250 ok\r\n354-\xff\r\n354 go\r\n", b"250-2.0.0 a\r\n250 2.0.0 b\r\n"), "sent", ""),
    "line feeds only": ((b"220 hi\n", b"250 hi\n", b"250 ok\n", b"250 ok\n", b"354 go\n", b"250 ok\n"), "sent", ""),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_server_ends_in_the_right_word(name: str) -> None:
    turns, verdict, reason = ODD[name]
    reply = answer_of(*turns)
    assert (str(reply.verdict), reply.reason) == (verdict, reason)


def test_a_server_that_loses_pipelined_commands_gets_them_one_by_one() -> None:
    turns = (HI, HELO, b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 ok\r\n")
    reply = answer_of(*turns)  # the first connection waits in vain behind MAIL; the second asks step by step
    assert reply.verdict is Verdict.SENT


def test_replies_are_read_however_the_bytes_are_cut() -> None:
    whole = b"220 hi\r\n250-one\r\n250-SIZE 10\r\n250 AUTH=PLAIN LOGIN\r\n250\r\n550 5.1.1 no\r\n"
    at_once = Answers().feed(whole)
    one_by_one = Answers()
    assert [answer for byte in whole for answer in one_by_one.feed(bytes([byte]))] == at_once
    assert [answer.code for answer in at_once] == [220, 250, 250, 550]
    offered = read_extensions(at_once[1].text)
    assert offered.size == 10
    assert offered.mechanisms == {"PLAIN", "LOGIN"}


def test_eight_bit_text_needs_a_server_that_takes_it() -> None:
    assert answer_of(HI, EHLO).verdict is Verdict.DEFERRED
    with scripted(HI, EHLO) as route:
        [reply] = send_all(route, [envelope("ana@example.net", 1, "Subject: x\r\n\r\nñ\r\n".encode())])
    assert (reply.verdict, reply.reason) == (Verdict.FAILED, "content")


def test_a_local_part_beyond_ascii_needs_smtputf8() -> None:
    with Sink() as sink:
        [reply] = send_all(route_to(sink), [envelope("peñón@example.net")])
        assert reply.verdict is Verdict.SENT
        assert sink.received[0].recipient == "peñón@example.net"
    with Sink(enable_SMTPUTF8=False) as sink:
        [reply] = send_all(route_to(sink), [envelope("peñón@example.net")])
        assert (reply.verdict, reply.reason, reply.enhanced) == (Verdict.FAILED, "unknown", "5.6.7")


def test_the_mail_url_is_read_whole() -> None:
    route = parse_route("smtp://ana:s%40l@mx.example.com:2525?tls=none&connections=3&messages=50&name=taller.example.com")
    assert (route.host, route.port, route.user, route.password) == ("mx.example.com", 2525, "ana", "s@l")
    assert (route.tls, route.connections, route.messages_per_connection, route.hello) == (Tls.NONE, 3, 50, "taller.example.com")
    assert "s@l" not in repr(route)


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtp://mx.example.com", Tls.STARTTLS, 587),
        ("smtp://mx.example.com:465", Tls.IMPLICIT, 465),
        ("smtp://127.0.0.1:2525", Tls.NONE, 2525),
        ("smtp://localhost", Tls.NONE, 25),
        ("smtp://[::1]:2525", Tls.NONE, 2525),
    ],
)
def test_s_18_tls_is_required_unless_the_server_is_this_computer(url: str, tls: Tls, port: int) -> None:
    route = parse_route(url)
    assert (route.tls, route.port) == (tls, port)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://x",
        "smtp://",
        "smtp://mx.example.com:99999",
        "smtp://mx.example.com?tls=maybe",
        "smtp://mx.example.com?connections=0",
        "smtp://mx.example.com?connections=many",
        "smtp://mx.example.com?colour=red",
        "smtp://mx.example.com?name=a%0d%0ab",
        "smtp://mx.example.com?ca=/does/not/exist.pem",
    ],
)
def test_a_wrong_mail_url_is_refused_in_one_sentence(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^The mail URL.*\.$"):
        open_transport(url, home=tmp_path)
