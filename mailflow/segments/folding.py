"""Comparing texts without regard to capitals, in SQL and in Python alike; accents do make a difference."""

from typing import Any

from sqlalchemy import ColumnElement, func

CAPITALS = "ÁÉÍÓÚÜÑ"
"""Spelled out, since SQLite's lower() knows ASCII only. Seven and no more: each is one more bracket, and SQLite's
parser takes a hundred of all kinds within each other."""

_ASCII = {capital: capital.lower() for capital in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_TABLE = str.maketrans({**_ASCII, **{capital: capital.lower() for capital in CAPITALS}})


def fold(text: str) -> str:
    """``text`` in small letters: «José» and «JOSÉ» are the same."""
    return text.translate(_TABLE)


def fold_sql(column: ColumnElement[Any]) -> ColumnElement[str]:
    """The same in SQL."""
    folded: ColumnElement[str] = func.lower(column)
    for capital in CAPITALS:
        folded = func.replace(folded, capital, capital.lower())
    return folded
