"""Pure decisions about offers: how a code looks, what becomes of it, and which terms can be kept."""

import re
import unicodedata
from collections.abc import Mapping

from mailflow.foundation.language import LANGUAGES, pick
from mailflow.offers.words import Given, OfferKind, RedeemReason, Terms, TermsFault, Use

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 signs without look-alikes: no 0 and O, no 1, I and L."""
TAIL = 10
"""Random signs of a code: 31^10 is about 8 * 10^14, beside the limit on tries that the shop's API key has."""
LONGEST_CODE = 40

_DASHES = re.compile(r"[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]")
_NAME = re.compile(r"[A-Z]{2,12}")
_FAMILY_MARK = "/"
_LONGEST_CONDITIONS = 1000
_MOST_DAYS = 365
_MOST_CENTS = 1_000_000_00


def prefix(first_name: str, offer_name: Mapping[str, str]) -> str:
    """The readable beginning of a code: the person's name in plain capitals, else the offer's first word, else GIFT."""
    return _plain(first_name) or _plain(pick(offer_name, "")) or "GIFT"


def normalise(text: str) -> str:
    """A code as it is kept, from what somebody typed or pasted: capitals, one kind of dash, no blanks; "" when it can be none."""
    folded = _DASHES.sub("-", unicodedata.normalize("NFKC", text[: 4 * LONGEST_CODE]))
    joined = "".join(folded.split()).upper()
    return joined if joined.isascii() and len(joined) <= LONGEST_CODE else ""


def judge(given: Given | None, use: Use) -> RedeemReason:
    """What becomes of a code that an order carries; the same order asking again gets the same answer.

    A code belongs to one person. Somebody else we know cannot use it, and it stays hers. An order of nobody we know
    (she ordered with another address, or as a guest) may: she alone was sent the code, and a reminder of a code
    that she has used would be worse than a present that she passed on.
    """
    if given is None:
        return RedeemReason.UNKNOWN
    if given.used:
        return RedeemReason.REDEEMED if given.order_reference == use.reference else RedeemReason.ALREADY_USED
    if use.subscriber_id not in (None, given.subscriber_id):
        return RedeemReason.ANOTHER_PERSON
    if given.expired:
        return RedeemReason.EXPIRED
    return RedeemReason.BELOW_MINIMUM if use.amount < use.minimum else RedeemReason.REDEEMED


def faults(kind: str, terms: Terms) -> list[TermsFault]:
    """What is wrong with an offer's terms; nothing when they can be kept."""
    most = 100 if kind == OfferKind.PERCENT else _MOST_CENTS
    checks = {
        TermsFault.VALUE: 1 <= terms.value <= most,
        TermsFault.MINIMUM: 0 <= terms.minimum <= _MOST_CENTS,
        TermsFault.DAYS: 1 <= terms.days <= _MOST_DAYS,
    } | {TermsFault(f"conditions_{language}"): _sayable(terms.conditions.get(language, "")) for language in LANGUAGES}
    return [fault for fault, well in checks.items() if not well]


def family(slug: str) -> str:
    """The offer that this one is a later form of: "first-purchase/2" is of the family "first-purchase"."""
    return slug.partition(_FAMILY_MARK)[0]


def family_pattern(slug: str) -> str:
    """The LIKE pattern of all later forms of an offer."""
    return f"{family(slug)}{_FAMILY_MARK}%"


def next_form(slug: str, forms: int) -> str:
    """The slug of an offer's next form, when there have been ``forms`` of it."""
    return f"{family(slug)}{_FAMILY_MARK}{forms + 1}"


def _plain(text: str) -> str:
    """The first word in capitals without accents, when it is nothing but 2 to 12 Latin letters; else empty."""
    first = (re.split(r"[\s,:;.]+", text.strip(), maxsplit=1) or [""])[0]
    bare = "".join(sign for sign in unicodedata.normalize("NFD", first) if not unicodedata.combining(sign)).upper()
    return bare if _NAME.fullmatch(bare) else ""


def _sayable(text: str) -> bool:
    """Conditions are said in every language (LSSI 20: easy to find), and no control characters hide in them."""
    return 0 < len(text.strip()) <= _LONGEST_CONDITIONS and all(sign.isprintable() or sign in "\r\n" for sign in text)
