"""Compiled mails kept at hand, each taken apart and pressed once however many people get it."""

from collections import OrderedDict
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mailflow.content.memo import Memo
from mailflow.content.mime import header
from mailflow.content.parts import Path
from mailflow.content.personalise import Personaliser
from mailflow.content.pressed import Pressed
from mailflow.content.store import kept
from mailflow.content.words import Compiled
from mailflow.delivery.addresses import Stamps, addresses
from mailflow.foundation.tokens import TokenMint

_CACHED = 32


@dataclass(frozen=True)
class Wants:
    """The names that a mail, or several, may ask for: nothing else need be read."""

    paths: frozenset[Path]

    def has(self, *name: str) -> bool:
        """Whether this name, something above or something below it is asked for."""
        return any(path[: len(name)] == name[: len(path)] for path in self.paths)

    def below(self, root: str) -> frozenset[str] | None:
        """The names asked for one step below ``root``; None where it may be any."""
        found = [path for path in self.paths if path[0] == root]
        return None if (root,) in found else frozenset(path[1] for path in found)


class Mail:
    """One compiled mail in one language, ready to be made for anybody."""

    def __init__(self, compiled: Compiled, first_link: int) -> None:
        """``first_link`` is the number of the mailing's links before this language's own."""
        self.personaliser = Personaliser(compiled)
        self.links, self.first_link = compiled.links, first_link
        self.wants = Wants(self.personaliser.paths)
        self.subject = Memo(self.personaliser.subject_paths, lambda facts: header("Subject", self.personaliser.subject(facts)))
        self._pressed: dict[bool, tuple[str, TokenMint, Pressed, Stamps]] = {}

    def pressed(self, public_url: str, mint: TokenMint, *, measured: bool = True) -> tuple[Pressed, Stamps]:
        """The mail with links below ``public_url``, or ``measured`` not at all, and what makes its tokens; kept for the next call."""
        found = self._pressed.get(measured)
        if found is None or found[0] != public_url or found[1] is not mint:
            pressed = Pressed(self.personaliser, addresses(public_url, len(self.links), measured=measured))
            found = self._pressed[measured] = (public_url, mint, pressed, Stamps(mint, pressed.tokens, self.first_link))
        return found[2], found[3]


class Mails:
    """The mails that were last asked for; filled as mailings come by."""

    def __init__(self) -> None:
        """Empty."""
        self._ready: OrderedDict[tuple[int, str], Mail] = OrderedDict()

    def has(self, mailing_id: int, language: str) -> bool:
        """Whether this mailing is at hand in this language."""
        return (mailing_id, language) in self._ready

    def load(self, session: Session, mailing_id: int, language: str) -> bool:
        """Fetch what the mailing was compiled to; False when it was not compiled in this language."""
        return self.mail(session, mailing_id, language) is not None

    def mail(self, session: Session, mailing_id: int, language: str) -> Mail | None:
        """The mail, from what is at hand or from the database; None when it was not compiled in this language."""
        found = self._ready.get((mailing_id, language)) or self._fetched(session, mailing_id, language)
        if found is not None:
            self._ready[mailing_id, language] = found
            self._ready.move_to_end((mailing_id, language))
            if len(self._ready) > _CACHED:
                self._ready.popitem(last=False)
        return found

    def _fetched(self, session: Session, mailing_id: int, language: str) -> Mail | None:
        row = kept(session, mailing_id, language)
        return Mail(Compiled.from_dict(row.compiled), row.first_link) if row else None
