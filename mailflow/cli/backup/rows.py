"""All rows from one database into another of the same shape, whatever kind each is of."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Integer, Table, func, insert, select, text

from mailflow.schema import metadata

_AT_ONCE = 1000


def copy_rows(source: Connection, target: Connection) -> dict[str, int]:
    """Copy every table in the order of their foreign keys; how many rows of each. The caller sees to both transactions."""
    counts: dict[str, int] = {}
    for table in metadata.sorted_tables:
        counts[table.name] = 0
        for rows in _slices(source, table):
            target.execute(insert(table), rows)
            counts[table.name] += len(rows)
    return counts


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in metadata.sorted_tables}


def go_on_numbering(connection: Connection) -> None:
    """Let PostgreSQL number the next rows after the highest copied one; SQLite does so by itself."""
    for table in metadata.sorted_tables if connection.dialect.name == "postgresql" else ():
        key = table.autoincrement_column
        if key is not None and isinstance(key.type, Integer):
            sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
            highest = connection.scalar(select(func.max(key)))
            if sequence and highest:
                connection.execute(text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest})


def _slices(source: Connection, table: Table) -> Iterator[Sequence[dict[str, Any]]]:
    streamed = source.execution_options(yield_per=_AT_ONCE).execute(select(table))
    for part in streamed.mappings().partitions():
        yield [dict(row) for row in part]
