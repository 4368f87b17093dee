"""What a GET may ask for in its address, and pages with the cursor to go on from."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TypeVar
from urllib.parse import quote, urlencode

from flask import Response, jsonify, request
from pydantic import BaseModel
from werkzeug.routing import IntegerConverter, Map

from mailflow.api.problems import bad_parameter

LARGEST_PAGE = 200
ORDINARY_PAGE = 50
Word = TypeVar("Word", bound=StrEnum)


class BadParameterError(Exception):
    """A parameter of the address that cannot be, or "" for one that nobody knows; answered with 400."""

    def __init__(self, name: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(name)
        self.name, self.allowed = name, allowed

    def answer(self) -> Response:
        """The problem that says which one, and what it may be."""
        return bad_parameter(self.name, self.allowed)


class KeptNumber(IntegerConverter):
    """A number that a database can hold; any other belongs to nothing that is here."""

    regex = r"[0-9]{1,19}"

    def __init__(self, among: Map) -> None:
        super().__init__(among, max=2**63 - 1)


def asked_only(*names: str) -> None:
    """Nothing but these may be asked, each once: what is passed over in silence would be answered with something else."""
    for name, told in request.args.lists():
        if name not in names:
            raise BadParameterError("", names)
        if len(told) > 1:
            raise BadParameterError(name)


def asked_word(name: str, words: type[Word]) -> Word | None:
    """One of some words, or none."""
    told = request.args.get(name)
    if told is None:
        return None
    if told not in tuple(words):
        raise BadParameterError(name, [str(word) for word in words])
    return words(told)


def asked_limit() -> int:
    """How many at once."""
    told = request.args.get("limit", str(ORDINARY_PAGE))
    if not (told.isascii() and told.isdigit() and len(told) < 5 and 1 <= int(told) <= LARGEST_PAGE):
        raise BadParameterError("limit", [f"1–{LARGEST_PAGE}"])
    return int(told)


def cursor_number() -> int | None:
    """The row that the last page ended with, or None for the first page."""
    told = request.args.get("cursor")
    if told is None:
        return None
    if not (told.isascii() and told.isdigit() and len(told) < 19):
        raise BadParameterError("cursor")
    return int(told)


def page(told: Iterable[BaseModel], following: str | None) -> Response:
    """A page of answers; ``next`` is the cursor for the one after it, None at the end. The same is in a Link (RFC 8288)."""
    answer = jsonify(data=[one.model_dump(mode="json") for one in told], next=following)
    if following:
        asked = {**request.args.to_dict(), "cursor": following}
        answer.headers["Link"] = f'<{quote(request.script_root + request.path)}?{urlencode(asked)}>; rel="next"'
    return answer
