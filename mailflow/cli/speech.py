"""The command line's own sentences, in the language that the terminal asks for."""

import os
from collections.abc import Mapping

import typer

from mailflow.foundation.language import Words, known_language, pick

_YES = ("y", "yes", "s", "si", "sí")
_ASKED = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """The language of the first of LC_ALL, LC_MESSAGES and LANG that is set (POSIX); English where it is none of ours."""
    code = next((environment[name] for name in _ASKED if environment.get(name)), "")
    return known_language(code.partition(".")[0]) or "en"


def tell(words: Words, **values: object) -> str:
    """One sentence with its values filled in."""
    return pick(words, language_of()).format(**values)


class Refused(Exception):  # noqa: N818  # an answer, no fault
    """Why a command is not done, in a sentence for whoever asked."""

    def __init__(self, words: Words, **values: object) -> None:
        """One sentence, in both languages."""
        super().__init__(words["en"].format(**values))
        self.words, self.values = words, values


def not_done(refusal: Refused) -> typer.Exit:
    """Say why; what ends the command is to be raised."""
    typer.echo(tell(refusal.words, **refusal.values), err=True)
    return typer.Exit(1)


def is_sure(question: Words) -> bool:
    """Ask, and take nothing but a yes for one."""
    return str(typer.prompt(tell(question), default="", show_default=False)).strip().lower() in _YES


def amount(number: int) -> str:
    """A number with its thousands apart: 12 345."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def size(octets: int) -> str:
    """A size as people read it."""
    return f"{octets / 1_000_000_000:.1f} GB" if octets >= 1_000_000_000 else f"{max(octets / 1_000_000, 0.1):.1f} MB"
