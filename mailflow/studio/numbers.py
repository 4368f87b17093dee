"""Numbers in addresses and forms: none is larger than a row's id can be, so the database never meets one it cannot hold."""

from typing import Any

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


def keep_small(app: Flask) -> None:
    """Let ``<int:...>`` of ``app`` match, and ``get(..., type=int)`` of its requests read, only numbers up to ``LARGEST``."""
    app.url_map.converters["int"] = _SmallInteger
    app.request_class = SmallNumbers


def small(text: str) -> int:
    """The number that ``text`` is; ValueError when it is none or too large."""
    number = int(text)
    if abs(number) > LARGEST:
        message = f"beyond {LARGEST}"
        raise ValueError(message)
    return number


class _SmallInteger(IntegerConverter):
    """An address with a larger number leads nowhere: 404."""

    def __init__(self, its_map: Map, fixed_digits: int = 0, **more: Any) -> None:
        super().__init__(its_map, fixed_digits, **{"max": LARGEST, **more})


class _Answers(ImmutableMultiDict[str, str]):
    """What a query or a form says; too large a number counts as none."""

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]  # noqa: A002  # names of werkzeug
        """The first value of ``key``, as ``type`` reads it; the default where it cannot."""
        return super().get(key, default, small if type is int else type)


class SmallNumbers(Request):
    """A request whose numbers are small."""

    parameter_storage_class = _Answers
