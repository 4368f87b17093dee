"""The addresses a mail carries: what each token is for, which row it stands for, and what is written around it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from mailflow.audience.words import Tracking
from mailflow.content.parts import Path
from mailflow.content.pressed import Address, spelled
from mailflow.foundation.strikes import Stamp
from mailflow.foundation.tokens import Purpose, TokenMint

LEAVE: Path = ("links", "unsubscribe")
_PIXEL: Path = ("pixel",)
_SYSTEM = {
    LEAVE: ("unsubscribe", Purpose.LEAVE, "subscription"),
    ("links", "preferences"): ("preferences", Purpose.PREFERENCES, "person"),
    ("links", "view"): ("view", Purpose.VIEW, "message"),
    ("links", "confirm"): ("confirm", Purpose.CONFIRM, "request"),
}


class Rows(NamedTuple):
    """The rows that one message's tokens may stand for; None where there is none."""

    message: int
    mailing: int
    person: int
    subscription: int | None
    request: int | None


def addresses(public_url: str, links: int, *, measured: bool = True) -> dict[Path, Address]:
    """Every address of a mail with so many links, by the name that merge tags use; of one that is not measured, only the system's."""
    tracked: dict[Path, Address] = {(f"link_{number}",): Address(f"{public_url}/c/") for number in range(1, links + 1)}
    system = {path: Address(f"{public_url}/{page}/") for path, (page, _, _) in _SYSTEM.items()}
    if not measured:
        return system
    style = '.gif" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">'
    return {**tracked, **system, _PIXEL: Address(str(Markup('<img src="{}').format(f"{public_url}/o/")), style, markup=True)}


class Stamps:
    """Makes the tokens of one mail for reader after reader."""

    def __init__(self, mint: TokenMint, paths: Sequence[Path], first_link: int) -> None:
        self._mint, self._paths, self._first_link = mint, tuple(paths), first_link
        self._made: dict[tuple[str, bool], tuple[Stamp, tuple[int, ...]]] = {}

    def make(self, rows: Rows, tracking: str, *, leave: bool) -> tuple[bytes, ...] | None:
        """A token for each path, and with ``leave`` one more to leave by; None where a row is missing that one must stand for."""
        stamp, places = self._made.get((tracking, leave)) or self._prepared(tracking, leave)
        ids = [rows[place] for place in places]
        return None if None in ids else stamp.make(ids)  # type: ignore[arg-type]

    def _prepared(self, tracking: str, leave: bool) -> tuple[Stamp, tuple[int, ...]]:
        paths = (*self._paths, LEAVE) if leave else self._paths
        meant = [_meaning(path, tracking, self._first_link) for path in paths]
        stamp = self._mint.stamp([(purpose, extra) for purpose, _, extra in meant])
        made = self._made[tracking, leave] = (stamp, tuple(Rows._fields.index(row) for _, row, _ in meant))
        return made


def written(found: Mapping[Path, Address], rows: Rows, tracking: str, *, mint: TokenMint, first_link: int) -> dict[Path, str]:
    """The addresses as texts, one token at a time; empty where there is no row to stand for."""
    texts: dict[Path, str] = {}
    for path, address in found.items():
        purpose, row, extra = _meaning(path, tracking, first_link)
        number = getattr(rows, row)
        token = "" if number is None else mint.make(purpose, number, extra)
        texts[path] = spelled(address, token) if token else ""
    return texts


def unmeasured(links: Sequence[str]) -> dict[str, str]:
    """What stands for the picture and the links in the mail of somebody of whom nothing is measured: nothing, and where they lead."""
    return {f"link_{n}": url for n, url in enumerate(links, start=1)} | {"pixel": ""}


def among(facts: dict[str, object], texts: Iterable[tuple[Path, str]]) -> dict[str, object]:
    """``facts`` with these addresses put where their names say."""
    links = facts.get("links")
    system = dict(links) if isinstance(links, Mapping) else {}
    for path, text in texts:
        if len(path) == 1:
            facts[path[0]] = text
        else:
            system[path[1]] = text
    return {**facts, "links": system}


def _meaning(path: Path, tracking: str, first_link: int) -> tuple[Purpose, str, int]:
    """Purpose, row and extra number; who did not agree to more is counted for the mailing only, or besides that by her last open."""
    if path in _SYSTEM:
        _, purpose, row = _SYSTEM[path]
        return purpose, row, 0
    counted = tracking == Tracking.INDIVIDUAL
    row = "message" if counted else "mailing"
    if path == _PIXEL:
        return (Purpose.OPEN, "message", 0) if counted or tracking == Tracking.LAST_OPEN else (Purpose.OPEN_MAILING, row, 0)
    return (Purpose.CLICK if counted else Purpose.CLICK_MAILING), row, first_link + int(path[0].removeprefix("link_"))
