"""The words that people are found by, and what somebody types to find them: pure, and the same on every database."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

LONGEST = 100
"""Letters of a word that are kept; of what is typed, no more are looked at."""
MOST_TERMS = 6
LAST_DIGITS = 3
"""From so many digits on, they may be the last ones of a telephone."""
_SPANISH = {"hotmail.es", "movistar.es", "orange.es", "outlook.es", "telefonica.net", "yahoo.es"}
_EVERYWHERE = {"gmail.com", "gmx.com", "googlemail.com", "hotmail.com", "icloud.com", "live.com", "me.com", "msn.com", "outlook.com"}
FREE_MAIL = frozenset(_SPANISH | _EVERYWHERE | {"proton.me", "protonmail.com", "yahoo.com"})
"""Domains that half of all people share: being there tells nobody apart, so they are no word to be found by."""
_BACKWARDS = "~"
_APART = re.compile(r"[^\w]+|_")
_NUMBER = re.compile(r"[+(]?[\d().+/-]*\d[\d().+/-]*")


@dataclass(frozen=True)
class Term:
    """One word that was typed: people fit who have a word with one of these beginnings."""

    beginnings: tuple[str, ...]


def fold(text: str) -> str:
    """A text without capitals and accents: «JOSÉ» and "jose" are the same (Unicode NFKD without marks, case folded)."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def keys_of(emails: Iterable[str], names: Iterable[str], telephones: Iterable[str]) -> set[str]:
    """The words of a person: of her addresses (those she had, too), her names and her telephones, which are in E.164.

    A word that another one begins with is left out, since every beginning of it finds her anyway.
    """
    words = sorted({word[:LONGEST] for word in _all_words(emails, names, telephones) if word})
    return {word for word, following in pairwise([*words, ""]) if not following.startswith(word)}


def _all_words(emails: Iterable[str], names: Iterable[str], telephones: Iterable[str]) -> Iterator[str]:
    for email in map(fold, emails):
        local, _, domain = email.partition("@")
        yield email
        yield from _pieces(local)
        if domain not in FREE_MAIL:
            yield domain
    for name in names:
        yield from _pieces(fold(name))
    for number in telephones:
        yield number
        yield _BACKWARDS + number.lstrip("+")[::-1]


def readings(text: str, calling_code: str) -> list[list[Term]]:
    """What was typed, read in words; and where they hold signs in between, read in their pieces too, if nobody fits the first.

    ``calling_code`` is the home country's, for telephones written without one.
    """
    words = list(_words_and_numbers(fold(text)[: 2 * LONGEST], calling_code))
    whole = [term for _, term in words][:MOST_TERMS]
    apart = [one for word, term in words for one in _apart(word, term)][:MOST_TERMS]
    return [reading for reading in (whole, apart if apart != whole else []) if reading]


def _words_and_numbers(text: str, calling_code: str) -> Iterator[tuple[str, Term]]:
    """Digits with blanks between them are one number."""
    number = ""
    for word in [*text.split(), ""]:
        if _NUMBER.fullmatch(word):
            number += word
            continue
        if number:
            yield "", Term(_spellings(number, calling_code))
            number = ""
        if word.lstrip("@"):
            yield word.lstrip("@"), Term((word.lstrip("@")[:LONGEST],))


def _spellings(typed: str, calling_code: str) -> tuple[str, ...]:
    digits = re.sub(r"\D", "", typed)
    if typed.startswith("+"):
        return (f"+{digits}",)
    if digits.startswith("00") and len(digits) > LAST_DIGITS:
        return (f"+{digits[2:]}",)
    inland = digits.lstrip("0")  # in many countries a zero stands before what is not dialled from abroad
    backwards = [_BACKWARDS + inland[::-1]] if len(inland) >= LAST_DIGITS else []
    return (f"+{calling_code}{inland}", digits, f"+{digits}", *backwards)


def _apart(word: str, term: Term) -> list[Term]:
    return [Term((piece[:LONGEST],)) for piece in _pieces(word)] if word else [term]


def _pieces(text: str) -> list[str]:
    return [piece for piece in _APART.split(text) if piece]
