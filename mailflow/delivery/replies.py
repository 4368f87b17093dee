"""What a server's reply means: provider text wins over the enhanced code (RFC 3463), which wins over the three digits (RFC 5321)."""

import re
from datetime import timedelta

from mailflow.delivery.transports.words import Reply, Verdict
from mailflow.outbox.words import Reason

LONGEST_HINT = timedelta(hours=4)
"""A server that asks for more patience than this is asked again after this."""

_TEXTS: tuple[tuple[Reason, str], ...] = (
    (Reason.UNKNOWN, r"recipient address rejected: access denied"),  # an unknown person, or a rule of theirs: it does not say
    (
        Reason.MAILBOX,
        r"receiving mail at a rate|user is receiving|recipient.{0,20}rate limit|recipient has exceeded (?:their|his|her) limit",
    ),
    (
        Reason.THROTTLE,
        r"\[TSS?\d\d\]|\bRP-00\d|gr[ae]y.?list|concurrent (?:\w+ )?connections|daily limit|too many (?:messages|connections|recipients"
        r"|emails|mails|sessions|concurrent)"
        r"|rate.?limit|unusual rate|\brate\b.{0,40}(?:exceed|limit)|(?:exceed|limit).{0,40}\b(?:rate|quota for messages)\b"
        r"|throttl|temporarily deferred|temporarily rate|slow down|try again (?:later )?in \d+|messages per (?:hour|minute|day|connection)"
        r"|sending (?:limit|quota)|hourly limit|too (?:fast|frequent)|\bbusy\b",
    ),
    (
        Reason.POLICY,
        r"spamhaus|spamcop|barracuda|sorbs|abusix|proofpoint|cloudmark|\brbl\b|\bdnsbl\b|block ?list|black ?list|deny ?list"
        r"|\bspf\b|\bdkim\b|dmarc|unauthenticated|\bspam(?:my|ming)?\b|unsolicited|\bbulk\b|reputation|5\.7\.515"
        r"|(?:blocked|rejected|denied|refused|prohibited|not accepted).{0,40}(?:polic|security|sender ip|your ip|ip address)"
        r"|polic(?:y|ies).{0,40}(?:reasons?|violat|reject|block|restrict)|\b(?:ip|host|server|client)\b.{0,60}(?:blocked|banned|listed)"
        r"|banned sending|poor sender|reverse dns|\bptr\b|\(S3140\)|\(S3150\)|access denied.{0,60}traffic not accepted"
        r"|sender (?:is )?blocked|blocked sender|tosa@rx\.t-online|content (?:filter|rejected)",
    ),
    (
        Reason.SENDER,
        r"authentication (?:required|failed|failure|credentials)|domain of sender address|address is not verified|must issue a starttls"
        r"|sender address rejected|bad sender|invalid sender"
        r"|sender'?s? (?:e-?mail )?address.{0,40}(?:invalid|syntactic|rejected|not accepted)"
        r"|relay(?:ing)? (?:access )?(?:denied|not permitted|prohibited)|not permitted to relay|unable to relay",
    ),
    (
        Reason.MAILBOX,
        r"(?:mailbox|inbox|account).{0,40}(?:full|quota|out of storage)|over ?quota|quota exceeded|exceed\w* .{0,20}(?:quota|storage)"
        r"|insufficient (?:system )?storage|out of storage|not enough (?:disk )?space|temporarily (?:locked|disabled|suspended|unavailable)"
        r"|buz[oó]n lleno",
    ),
    (
        Reason.CONTENT,
        r"message (?:size|too (?:big|large))|size (?:exceeds|limit)|too large|exceeds.{0,30}(?:maximum|size)|line too long|bare (?:lf|cr)"
        r"|virus|malware|bad header|not rfc.?5?\d?22|message format|attachment",
    ),
    (
        Reason.HARD_ADDRESS,
        r"user unknown|unknown (?:user|recipient|mailbox|local.?part|address)"
        r"|no such (?:user|recipient|mailbox|person|address|domain|account)"
        r"|does ?n[o']t (?:exist|have an? [\w. -]{1,40}account)"
        r"|(?:recipient|mailbox|address|user|account).{0,40}(?:not found|unknown|does not exist|invalid|no longer|inactive|disabled|closed"
        r"|discontinued|not exist|is not valid)"
        r"|(?:invalid|inactive|disabled|bad|unrouteable|unroutable) (?:recipient|mailbox|address|user|account)"
        r"|not a (?:valid|known) (?:user|mailbox|recipient)|no mailbox|mailbox unavailable|not our customer"
        r"|null mx|usuario desconocido|does not accept mail|is no longer valid|recipient cannot be verified|#5\.1\.0 address rejected"
        r"|recipient account ?is ?blocked",
    ),
)
_MATCHERS = tuple((reason, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for reason, pattern in _TEXTS)

_ENHANCED: tuple[tuple[Reason, str], ...] = (
    (Reason.HARD_ADDRESS, r"5\.1\.(?:1|2|3|6|10)|5\.2\.1|5\.7\.13"),
    (Reason.THROTTLE, r"4\.7\.\d+|4\.4\.5|5\.7\.28"),
    (Reason.MAILBOX, r"4\.2\.\d+|5\.2\.2|4\.3\.\d+|4\.1\.\d+"),
    (Reason.CONTENT, r"5\.2\.3|5\.3\.4|[45]\.6\.\d+"),
    (Reason.SENDER, r"5\.1\.[78]|5\.5\.\d+|5\.7\.(?:8|9|11)"),
    (Reason.POLICY, r"5\.7\.\d+"),
    (Reason.NETWORK, r"[45]\.4\.\d+"),
)
_ENHANCED_MATCHERS = tuple((reason, re.compile(pattern)) for reason, pattern in _ENHANCED)

_CODES = {
    421: Reason.THROTTLE,
    450: Reason.MAILBOX,
    451: Reason.MAILBOX,
    452: Reason.MAILBOX,
    454: Reason.SENDER,
    500: Reason.SENDER,
    501: Reason.SENDER,
    502: Reason.SENDER,
    503: Reason.SENDER,
    504: Reason.SENDER,
    530: Reason.SENDER,
    534: Reason.SENDER,
    535: Reason.SENDER,
    538: Reason.SENDER,
    552: Reason.CONTENT,
}
_UNSUPPORTED_ADDRESS = "5.6.7"
_ADDRESS_CODES = (511, 550, 551, 552, 553, 554, 556, 585)
_SIGN_IN_CODES = (530, 534, 535, 538)
_URL = re.compile(r"https?://\S+")
_SOMEBODY = re.compile(r"[^\s<>()\[\]\"',:;@]{1,320}@[^\s<>()\[\]\"',:;@]+")
_READ = 1000
"""Characters of a reply that are looked through for addresses: five times what is kept of it."""
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_HINT = re.compile(r"(?:in|after|for|wait)\s+(\d{1,6})\s*(s|sec|m|min|h|hour)\w*\b", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


def classify(code: int | None, enhanced: str | None, text: str, *, tries: int = 1) -> Reply:
    """The verdict and reason of one reply; ``tries`` counts this one, since some refusals are believed the second time only.

    An address is given up (hard-address) only by a 5xx that speaks of the address, never by policy or throttling.
    """
    if code is not None and 200 <= code < 300:
        return Reply(Verdict.SENT, "", code, enhanced, text)
    reason = _by_text(code, enhanced, text) or _by_enhanced(code, enhanced, tries) or _by_code(code)
    return Reply(_verdict(code, reason), str(reason), code, enhanced, text, retry_after(text))


def split_enhanced(text: str) -> tuple[str | None, str]:
    """The RFC 3463 status that a reply's text begins with, if any, and the text after it (RFC 2034)."""
    found = _STATUS.match(text)
    return (found[1], text[found.end() :].lstrip()) if found else (None, text)


def without_addresses(text: str, address: str) -> str:
    """The beginning of what a server said of an address, with that one and every other left out: it may name whom it forwards to."""
    return _SOMEBODY.sub("…", text.replace(address, "…")[:_READ])


def retry_after(text: str) -> timedelta | None:
    """How long the server asks to wait ("in 300 seconds", "after 5 minutes"), at most LONGEST_HINT."""
    found = _HINT.search(text)
    if not found or not int(found[1]):
        return None
    return min(timedelta(**{_UNITS[found[2][0].lower()]: int(found[1])}), LONGEST_HINT)


def _by_text(code: int | None, enhanced: str | None, text: str) -> Reason | None:
    if code in _SIGN_IN_CODES:
        return Reason.SENDER
    text = _URL.sub("", text)  # the name of a product in an address says nothing
    return next((reason for reason, matcher in _MATCHERS if matcher.search(text) and _may_be(reason, code, enhanced)), None)


def _may_be(reason: Reason, code: int | None, enhanced: str | None) -> bool:
    """A temporary code never kills an address; only some codes speak of one, and a status about the network of none."""
    if enhanced is not None and enhanced[1:4] == ".4." and reason in (Reason.HARD_ADDRESS, Reason.POLICY):
        return False
    return reason is not Reason.HARD_ADDRESS or code in _ADDRESS_CODES


def _by_enhanced(code: int | None, enhanced: str | None, tries: int) -> Reason | None:
    if enhanced is None or _contradicts(code, enhanced):
        return None
    if enhanced == _UNSUPPORTED_ADDRESS:
        return Reason.UNKNOWN  # our side cannot write it here; the address itself is well
    if enhanced == "5.4.4" and tries > 1:
        return Reason.HARD_ADDRESS
    return next((reason for reason, matcher in _ENHANCED_MATCHERS if matcher.fullmatch(enhanced)), None)


def _contradicts(code: int | None, enhanced: str) -> bool:
    """Whether the enhanced code kills while the three digits only wait: then nothing is killed."""
    return code is not None and code < 500 and enhanced[0] == "5"


def _by_code(code: int | None) -> Reason:
    if code is None:
        return Reason.NETWORK
    return _CODES.get(code, Reason.MAILBOX if 400 <= code < 500 else Reason.UNKNOWN)


def _verdict(code: int | None, reason: Reason) -> Verdict:
    """Whether to try again: a 4xx always; a 5xx when the fault is ours to mend, the network's, or passes by itself."""
    passing = reason in (Reason.MAILBOX, Reason.THROTTLE, Reason.NETWORK, Reason.SENDER)
    return Verdict.FAILED if code is not None and code >= 500 and not passing else Verdict.DEFERRED
