"""The file of named routes: TOML, one table each, read whole before anything is sent."""

import re
import tomllib
from pathlib import Path
from typing import Any

from mailflow.delivery.transports.choice import Way
from mailflow.delivery.transports.words import ONLY_ROUTE

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
_DOMAIN = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_KEYS = {"url", "senders", "recipients", "stand_in"}


def read_routes(path: Path) -> dict[Way, str]:
    """The ways of a file and their URLs, in its order; ValueError with one sentence when it cannot be read so.

    Behind them stands the way of the mail URL, which takes what is left, and whose URL is not known here. It may have a table of
    its own, named ``mail``, to say who stands in for it.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"The file of mail routes {path} cannot be read.") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"The file of mail routes is not TOML: {error}.") from None
    last = _last(tables.pop(ONLY_ROUTE, {}))
    ways = {_way(name, table): str(table.get("url", "")) for name, table in tables.items()}
    names = {way.name for way in ways} | {ONLY_ROUTE}
    for way in (*ways, last):
        if way.stand_in and way.stand_in not in names - {way.name}:
            raise ValueError(f"The mail route {way.name} has a stand_in that is no other route: {way.stand_in[:30]!r}.")
    return {**ways, last: ""}


def _way(name: str, table: Any) -> Way:
    if not _NAME.fullmatch(name):
        raise ValueError(f"The mail route {name[:30]!r} needs a name of small letters, digits and hyphens.")
    _refuse_unknown(name, table, _KEYS)
    if not isinstance(table.get("url"), str):
        raise ValueError(f"The mail route {name} has no url.")  # noqa: TRY004
    way = Way(name, _domains(name, table, "senders"), _domains(name, table, "recipients"), str(table.get("stand_in", "")))
    if not (way.senders or way.recipients or _only_stands_in(table)):
        raise ValueError(f"The mail route {name} names neither senders nor recipients; the mail URL is the route for all the rest.")
    return way


def _last(table: Any) -> Way:
    _refuse_unknown(ONLY_ROUTE, table, {"stand_in"})
    return Way(ONLY_ROUTE, stand_in=str(table.get("stand_in", "")))


def _only_stands_in(table: dict[str, Any]) -> bool:
    """Lists that are there and empty: this route takes nothing of its own."""
    return table.get("senders") == [] or table.get("recipients") == []


def _refuse_unknown(name: str, table: Any, known: set[str]) -> None:
    if not isinstance(table, dict):
        raise ValueError(f"The mail route {name[:30]} must be a table: [{name[:30]}].")  # noqa: TRY004
    if unknown := sorted(set(table) - known):
        raise ValueError(f"The mail route {name} has an unknown key {unknown[0][:20]!r}; known are {', '.join(sorted(known))}.")


def _domains(name: str, table: dict[str, Any], key: str) -> tuple[str, ...]:
    domains = table.get(key)
    if domains is None:
        return ()
    if not isinstance(domains, list) or not all(isinstance(one, str) and _DOMAIN.fullmatch(one) for one in domains):
        raise ValueError(
            f'The mail route {name} needs a list of domains in small letters as {key}, such as ["example.com", "*.example.com"].'
        )
    return tuple(domains) or ("-",)  # matches no domain
