"""One message on the wire: the commands that carry it, and what answers and silence mean."""

from mailflow.delivery.replies import classify, split_enhanced
from mailflow.delivery.transports.addresses import BadAddressError, envelope_address
from mailflow.delivery.transports.grammar import Answer, Extensions, crlf_lines, dotted
from mailflow.delivery.transports.words import Envelope, Reply, Verdict
from mailflow.outbox.words import Reason

MOST_LOSSES = 3
"""On how many connections, each lost before its final dot, a message may be begun before it is put off."""


def refuse(envelope: Envelope) -> Reply | None:
    """Why no server may be asked to take it: its addresses are none."""
    return checked if isinstance(checked := _addresses(envelope), Reply) else None


def begin(envelope: Envelope, offered: Extensions) -> tuple[str, str] | Reply:
    """The MAIL and RCPT commands for a server with these extensions, or why it cannot take the message."""
    addresses = _addresses(envelope)
    if isinstance(addresses, Reply):
        return addresses
    sender, recipient = addresses
    size, parameters = len(envelope.content), ""
    if offered.takes_size:
        if 0 < offered.size < size:
            return _refuse(Reason.CONTENT, 552, "5.3.4", f"the message has {size} bytes, the server takes {offered.size}")
        parameters = f" SIZE={size}"
    if not (envelope.stuffed or envelope.content.isascii()):
        if "8BITMIME" not in offered:
            return _refuse(Reason.CONTENT, 554, "5.6.3", "the message has 8-bit bytes and the server takes only 7-bit mail")
        parameters += " BODY=8BITMIME"
    if not (sender.isascii() and recipient.isascii()):
        if "SMTPUTF8" not in offered:
            return _refuse(Reason.UNKNOWN, 553, "5.6.7", "the address needs SMTPUTF8, which the server does not offer")
        parameters += " SMTPUTF8"
    return f"MAIL FROM:<{sender}>{parameters}\r\n", f"RCPT TO:<{recipient}>\r\n"


def content_pieces(envelope: Envelope, *, chunked: bool) -> tuple[bytes, bytes]:
    """What carries the content, to be written one behind the other: after DATA, or as one last chunk (RFC 3030 section 2)."""
    content = envelope.content
    if chunked:
        content = content if envelope.stuffed else crlf_lines(content)
        return f"BDAT {len(content)} LAST\r\n".encode(), content
    return content if envelope.stuffed else dotted(content), b".\r\n"


def read_answer(answer: Answer) -> Reply:
    """What a server's answer to a message means."""
    if 200 <= answer.code < 300:
        return Reply(Verdict.SENT, "", answer.code, None, answer.text)
    enhanced, text = split_enhanced(answer.text)
    return classify(answer.code, enhanced, text)


def read_silence(why: str, *, dotted: bool) -> Reply:
    """What a lost connection means: doubt once the final dot has left, else another try."""
    if dotted:
        return Reply(Verdict.UNCERTAIN, Reason.INTERRUPTED, text=f"no reply to the final dot: {why}")
    return Reply(Verdict.DEFERRED, Reason.NETWORK, text=why)


def _addresses(envelope: Envelope) -> tuple[str, str] | Reply:
    try:
        sender = envelope_address(envelope.sender) if envelope.sender else ""
    except BadAddressError as error:
        return Reply(Verdict.DEFERRED, Reason.SENDER, text=f"envelope sender: {error}")
    try:
        return sender, envelope_address(envelope.recipient)
    except BadAddressError as error:
        return Reply(Verdict.FAILED, Reason.HARD_ADDRESS, text=str(error))


def _refuse(reason: Reason, code: int, enhanced: str, text: str) -> Reply:
    return Reply(Verdict.FAILED, reason, code, enhanced, text)
