"""What one test works out and the next needs just the same is kept: compiled templates, statements, routes and catalogues.

Each test has its application, its database and its engine; only what comes of the same text in the same way is shared.
"""

from functools import cache
from typing import Any

from babel.support import Translations
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

_STATEMENTS: Any = LRUCache(2000)


class _Templates(BytecodeCache):
    """Templates as they were compiled for the first test that needed them."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def keep_what_is_the_same() -> None:
    """Begin to keep; asked once a process."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Templates()}
    Translations.load = _kept_catalogues(Translations.load)  # type: ignore[method-assign]  # merged into others, never changed
    Rule._compile_builder = _kept_builder(Rule._compile_builder)  # type: ignore[method-assign]
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):  # by which statements are kept, and every engine has its own
        dialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign,assignment]
        dialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign,assignment]


def keep_statements(engine: Engine) -> None:
    """Let an engine find the statements that those before it compiled."""
    engine.update_execution_options(compiled_cache=_STATEMENTS)


def _kept_catalogues(read: Any) -> Any:
    kept = cache(read)
    return lambda folder, languages, domain: kept(folder, tuple(map(str, languages)), domain)


def _kept_builder(compiled: Any) -> Any:
    """What writes a route's address is a function made of its text: 170 of them in a studio, a third of the time it takes to make one."""
    kept: dict[Any, Any] = {}

    def build(rule: Any, append_unknown: bool = True) -> Any:
        if rule.defaults:
            return compiled(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in kept:
            kept[key] = compiled(rule, append_unknown)
        return kept[key]

    return build
