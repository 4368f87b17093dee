"""A mail ready for the wire: static pieces are quoted-printable bytes already, and only what is personal is filled in.

Made from the very parts that previews are rendered from, so that the two cannot differ.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from markupsafe import Markup, escape

from mailflow.content import quoted
from mailflow.content.fragments import Fragments
from mailflow.content.memo import Memo
from mailflow.content.paragraphs import Hole, Paragraph, Piece, gathered, tidied
from mailflow.content.parts import Branch, Condition, Facts, Lookup, Part, Path
from mailflow.content.personalise import Personaliser

_BLANK = " \t\n"
_Write: TypeAlias = Callable[[Facts], bytes]
_Choose: TypeAlias = Callable[[Facts, Sequence[bytes]], bytes]


class Address(NamedTuple):
    """An address that ends in a token, as it is written around the token; ``markup`` is not escaped."""

    before: str
    after: str = ""
    markup: bool = False


def spelled(address: Address, token: str) -> str:
    """An address with its token, as a value for the interpreter."""
    whole = f"{address.before}{token}{address.after}"
    return Markup(whole) if address.markup else whole  # noqa: S704 - our own picture tag


class Strip:
    """A row of pieces: bytes that are ready, places for tokens, places for what is personal."""

    def __init__(self) -> None:
        self._frame: list[bytes] = []
        self._tokens: list[tuple[int, int]] = []
        self._personal: list[tuple[int, _Write]] = []
        self._chosen: list[tuple[int, _Choose]] = []

    def ready(self, piece: bytes) -> None:
        """Add bytes that are the same for everybody."""
        if piece:
            self._frame.append(piece)

    def token(self, number: int) -> None:
        """Add the place of a token."""
        self._tokens.append((len(self._frame), number))
        self._frame.append(b"")

    def personal(self, write: _Write) -> None:
        """Add what ``write`` makes for each reader."""
        self._personal.append((len(self._frame), write))
        self._frame.append(b"")

    def chosen(self, choose: _Choose) -> None:
        """Add what ``choose`` puts together for each reader, tokens included."""
        self._chosen.append((len(self._frame), choose))
        self._frame.append(b"")

    def filled(self, facts: Facts, tokens: Sequence[bytes]) -> list[bytes]:
        """All pieces in order for one reader."""
        pieces = self._frame.copy()
        for place, number in self._tokens:
            pieces[place] = tokens[number]
        for place, write in self._personal:
            pieces[place] = write(facts)
        for place, choose in self._chosen:
            pieces[place] = choose(facts, tokens)
        return pieces


class Pressed:
    """One compiled mail whose links begin with fixed addresses; ``tokens`` names what each reader's tokens are for, in order."""

    def __init__(self, personaliser: Personaliser, addresses: Mapping[Path, Address]) -> None:
        self._addresses = addresses
        self.tokens: list[Path] = []
        self.texts: dict[Path, int] = {}
        """Addresses that ``filled`` must find among the facts, with their tokens' numbers: interpreted pieces ask for them."""
        self.text = self._strip(personaliser.text, gaps=personaliser.has_gaps)
        self.html = self._strip(personaliser.html, gaps=False)
        self._asked(personaliser.subject_paths)

    def spelled(self, tokens: Sequence[bytes]) -> list[tuple[Path, str]]:
        """The addresses of ``texts`` with their tokens, as values for the interpreter."""
        return [(path, spelled(self._addresses[path], tokens[number].decode("ascii"))) for path, number in self.texts.items()]

    def _strip(self, fragments: Fragments, *, gaps: bool) -> Strip:
        parts = [self._named(part, escaping=fragments.escaping) for part in fragments.parts]
        return self._laid(parts, fragments.escaping, gaps, last=True)

    def _named(self, part: str | Part, *, escaping: bool) -> Piece:
        """An address where the name of one stands, else the part itself."""
        if not isinstance(part, Lookup) or part.path not in self._addresses:
            return part
        address, number = self._addresses[part.path], self._token(part.path)
        if not escaping or address.markup:
            return Hole(number, address.before, address.after)
        return Hole(number, str(escape(address.before)), str(escape(address.after)))

    def _token(self, path: Path) -> int:
        if path not in self.tokens:
            self.tokens.append(path)
        return self.tokens.index(path)

    def _asked(self, paths: Iterable[Path]) -> bool:
        """Whether pieces that are interpreted ask for addresses; if so, these are made as texts too."""
        asked = [address for address in self._addresses if any(address[: len(path)] == path for path in paths)]
        self.texts |= {address: self._token(address) for address in asked}
        return bool(asked)

    def _laid(self, parts: Sequence[Piece], escaping: bool, gaps: bool, *, last: bool) -> Strip:
        strip = Strip()
        run: list[str | Hole] = []
        for part in gathered(parts) if gaps else parts:
            if isinstance(part, (str, Hole)):
                run.append(part)
                continue
            _lay(strip, run, last=False)
            run = []
            if isinstance(part, Branch):
                strip.chosen(self._branch(part, escaping, gaps))
            else:
                strip.personal(self._written(part, gaps=gaps))
        _lay(strip, run, last=last)
        return strip

    def _written(self, part: Paragraph | Part, *, gaps: bool) -> _Write:
        def write(facts: Facts) -> bytes:
            text = part.text(facts)
            return quoted.piece(tidied(text) if gaps else text)

        if self._asked(part.paths):
            return write
        return _swift(part, Memo(part.paths, write)) or Memo(part.paths, write)

    def _branch(self, branch: Branch, escaping: bool, gaps: bool) -> _Choose:
        arms: list[tuple[Condition | None, Strip]] = []
        for condition, parts in branch.arms:
            self._asked(condition.paths if condition else ())
            inner = [self._named(part, escaping=escaping) for part in parts]
            arms.append((condition, self._laid(inner, escaping, gaps, last=False)))

        def choose(facts: Facts, tokens: Sequence[bytes]) -> bytes:
            for condition, strip in arms:
                if condition is None or condition.holds(facts):
                    return b"".join(strip.filled(facts, tokens))
            return b""

        return choose


def _swift(part: Paragraph | Part, otherwise: _Write) -> _Write | None:
    """For a name two steps long, alone or in a paragraph of its own: at once for most values, ``otherwise`` for the rest."""
    *before, name, after = [*part.parts, ""][:3] if isinstance(part, Paragraph) else ["", part, ""]
    if not isinstance(name, Lookup) or len(name.path) != 2 or not isinstance(after, str) or len(getattr(part, "parts", ())) > 3:
        return None
    root, key = name.path
    front, back = (quoted.piece(tidied(str(text))) for text in (*before, after))

    def write(facts: Facts) -> bytes:
        below = facts.get(root)
        value = below.get(key) if type(below) is dict else None
        written = quoted.plain(value) if type(value) is str else None
        return otherwise(facts) if written is None else front + written + back

    return write


def _lay(strip: Strip, run: Sequence[str | Hole], *, last: bool) -> None:
    """Static words and holes as one piece, so that lines run on through the tokens."""
    texts, numbers = [""], []
    for part in run:
        if isinstance(part, str):
            texts[-1] += part
        else:
            texts[-1] += part.before
            texts.append(part.after)
            numbers.append(part.number)
    for number, piece in enumerate(quoted.pieces(texts, last=last)):
        if number:
            strip.token(numbers[number - 1])
        strip.ready(piece)
