"""``column IN (many values)`` with the values as one parameter: the statement is the same however many there are.

SQLAlchemy's own ``in_`` writes a place for each value anew at every call, which for hundreds costs more than the database's work.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, ColumnElement, Dialect, String, bindparam
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


class _Unfolded(FunctionElement[Any]):
    inherit_cache = True


@compiles(_Unfolded, "sqlite")
def _on_sqlite(element: _Unfolded, compiler: Any, **options: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **options)}))"  # noqa: S608  # a parameter's place


@compiles(_Unfolded, "postgresql")
def _on_postgresql(element: _Unfolded, compiler: Any, **options: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **options)}))"


def among(column: Any, values: Collection[int] | Collection[str]) -> ColumnElement[bool]:
    """Whether the column is one of these numbers or texts; of nothing, never."""
    given = list(values)
    of = String if given and isinstance(given[0], str) else BigInteger
    return _is_one_of(column, bindparam(None, given, type_=_Many(of), unique=True))


def among_given(column: Any, name: str, of: type[TypeEngine[Any]] = BigInteger) -> ColumnElement[bool]:
    """The same for a statement made once: the values are given at each call, as a list under ``name``."""
    return _is_one_of(column, bindparam(name, type_=_Many(of)))


def _is_one_of(column: Any, values: Any) -> ColumnElement[bool]:
    return column.op("IN", return_type=Boolean())(_Unfolded(values))  # type: ignore[no-any-return]
