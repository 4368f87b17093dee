"""``column IN (many values)`` with the values as one parameter: the statement is the same however many there are.

SQLAlchemy's own ``in_`` writes a place for each value anew at every call, which for hundreds costs more than the database's work.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Dialect, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Many(TypeDecorator[list[Any]]):
    """A list as one parameter: JSON text on SQLite, an array on PostgreSQL."""

    impl = String
    cache_ok = True

    def __init__(self, of: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.of()) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


class _IsOneOf(FunctionElement[bool]):
    """Of a column and the parameter with the list. Without a type: of a Boolean, SQLite is asked whether it is 1, and knows no index."""

    inherit_cache = True


@compiles(_IsOneOf, "sqlite")
def _on_sqlite(element: _IsOneOf, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # a parameter's place


@compiles(_IsOneOf, "postgresql")
def _on_postgresql(element: _IsOneOf, compiler: Any, **options: Any) -> str:
    # No subquery: PostgreSQL would join it, and rather read the whole table than look each value up.
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({values})"


def among(column: Any, values: Collection[int] | Collection[str]) -> ColumnElement[bool]:
    """Whether the column is one of these numbers or texts; of nothing, never."""
    given = list(values)
    # PostgreSQL compares a text with no array of numbers, be it empty.
    of = String if (isinstance(given[0], str) if given else isinstance(column.type, String)) else BigInteger
    return _IsOneOf(column, bindparam(None, given, type_=_Many(of), unique=True))


def among_given(column: Any, name: str, of: type[TypeEngine[Any]] = BigInteger) -> ColumnElement[bool]:
    """The same for a statement made once: the values are given at each call, as a list under ``name``."""
    return _IsOneOf(column, bindparam(name, type_=_Many(of)))
