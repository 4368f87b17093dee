"""Nobody gets another header into a mail: not by a name, a subject, a line break in any disguise."""

import email
import email.header
import email.message
import email.policy
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailflow.content.headers import HeaderError, clean, header
from mailflow.content.mime import build_mime, mailbox
from tests.faults.sizes import size

TRICKS = [
    "Ana\r\nBcc: v@example.com",
    "Ana\nBcc: v@example.com",
    "Ana\rBcc: v@example.com",
    "Ana\0Bcc: v@example.com",
    "Ana\u2028Bcc: v@example.com",
    "Ana\u0085Bcc: v@example.com",
    "=?utf-8?q?Hola=0D=0ABcc=3A_v=40example.com?=",
    "=?utf-8?b?SG9sYQ0KQmNjOiB2QGV4YW1wbGUuY29t?=",
    'Ana" <v@example.com>, "B',
    "Ana <v@example.com>",
    "Ana, v@example.com",
    "\r\n\r\n<script>",
    "ñ" * 400,
    "a" * 2000,
    "a " * 700,
    "\U0001f600" * 90,
    "\ud800",
    " ",
]
NASTY = st.one_of(
    st.sampled_from(TRICKS),
    st.text(max_size=200),
    st.lists(
        st.sampled_from([*TRICKS, "\r\n", "\n ", "Bcc: x@example.com", "=?utf-8?q?", "?=", "=0A", "ñ", "<", ">", '"', "\\", ","]),
        max_size=8,
    ).map("".join),
)


def message(name: str, subject: str, text: str = "Hola", html: str = "<p>Hola</p>") -> bytes:
    return build_mime(
        [
            ("From", mailbox("Casa Olivo", "hola@example.com")),
            ("To", mailbox(name, "ana@example.net")),
            ("Subject", subject),
            ("Date", "Sat, 21 Nov 2026 10:00:00 +0000"),
            ("Message-ID", "<m1.abc@example.com>"),
            ("List-Unsubscribe", "<https://example.com/unsubscribe/abc>"),
        ],
        text=text,
        html=html,
    )


INTENDED = ["From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "MIME-Version", "Content-Type"]


def decoded(raw: str) -> str:
    return str(email.header.make_header(email.header.decode_header(raw.replace("\r\n", ""))))


@settings(max_examples=size(1500, 20_000), deadline=None)
@given(name=NASTY, subject=NASTY)
@example(name=TRICKS[6], subject=TRICKS[6])
def test_s_12_header_set_is_exactly_the_intended_one(name: str, subject: str) -> None:
    raw = message(name, subject)
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert head.isascii()
    parsed = email.message_from_bytes(raw, policy=email.policy.compat32)
    assert list(parsed.keys()) == INTENDED
    assert decoded(parsed["Subject"]) == clean(subject)
    # What was decoded once is text; re-serialised by anybody it must not hold a line break either.
    assert not re.search(r"[\r\n\0\u2028]", decoded(parsed["Subject"]) + decoded(parsed["To"]))


@settings(max_examples=400, deadline=None)
@given(name=NASTY, subject=NASTY)
def test_s_12_a_modern_parser_sees_one_recipient_and_no_extra_header(name: str, subject: str) -> None:
    parsed = email.message_from_bytes(message(name, subject), policy=email.policy.default)
    assert list(parsed.keys()) == INTENDED
    assert [address.addr_spec for address in parsed["To"].addresses] == ["ana@example.net"]


def test_s_12_the_same_case_goes_wrong_where_python_writes_the_headers() -> None:
    """Why headers are written by hand: the trick works on Python's own serialiser before 3.11.10 and 3.12.5, if nobody mended it there."""
    if hasattr(email.policy.Policy, "verify_generated_headers"):
        return
    trick = email.message.EmailMessage()
    trick["Subject"] = TRICKS[6]
    assert email.message_from_bytes(trick.as_bytes())["Bcc"] == "v@example.com"


@settings(max_examples=400, deadline=None)
@given(name=NASTY, subject=NASTY, text=st.text(max_size=300), html=st.text(max_size=300))
@example(name="a, " * 24, subject="", text="", html="")
def test_s_12_lines_are_short_and_end_in_crlf(name: str, subject: str, text: str, html: str) -> None:
    raw = message(name, subject, text, html)
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 76


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=400))
@settings(max_examples=300, deadline=None)
def test_parts_come_back_as_they_were(text: str) -> None:
    parsed = email.message_from_bytes(message("Ana", "Hola", text=text, html=f"<p>{text}</p>"))
    plain, html = parsed.get_payload()
    assert [plain.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
    assert plain.get_payload(decode=True).decode().replace("\r\n", "\n") == text
    assert html.get_payload(decode=True).decode().replace("\r\n", "\n") == f"<p>{text}</p>"


@pytest.mark.parametrize("name", ["X-A: 1\r\nBcc", "X A", "Bcc:", "", "Ñ", "Content-Type", "MIME-Version", "X\0", "=?utf-8?q?X?="])
def test_s_12_header_names_that_could_be_more_are_refused(name: str) -> None:
    with pytest.raises(HeaderError):
        header(name, "x")


@pytest.mark.parametrize("value", [*TRICKS[:8], "<a@b>\r\n x", "ñ"])
def test_s_12_headers_for_machines_refuse_instead_of_cleaning(value: str) -> None:
    with pytest.raises(HeaderError):
        header("X-Campaign", value)


@pytest.mark.parametrize(
    "address", ["a@b\r\nBcc: c@d", "a b@example.com", "a@b>, <c@d", "a,b@example.com", "ñ@example.com", "", "a@", "@b"]
)
def test_s_12_addresses_that_could_be_more_are_refused(address: str) -> None:
    with pytest.raises(HeaderError):
        header("To", mailbox("Ana", address))
    with pytest.raises(HeaderError):
        header("To", f"Ana <{address}>" if "<" not in address else address)


def test_a_header_given_twice_is_refused() -> None:
    with pytest.raises(HeaderError):
        build_mime([("Subject", "a"), ("subject", "b")], text="", html="")


def test_display_name_with_comma_stays_one_mailbox() -> None:
    assert header("To", mailbox("Ruiz, Ana", "ana@example.net")) == b'To: "Ruiz, Ana" <ana@example.net>\r\n'


def test_a_domain_beyond_ascii_is_written_in_ascii() -> None:
    assert header("To", "ana@españa.example") == b"To: ana@xn--espaa-rta.example\r\n"


def test_spanish_subject_is_read_back() -> None:
    raw = header("Subject", "La mesa de otoño: calabaza, barro y lino para el domingo que viene, y algo más")
    assert decoded(raw.decode()[9:]) == "La mesa de otoño: calabaza, barro y lino para el domingo que viene, y algo más"
