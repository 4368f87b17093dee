"""A person's number and a place's are never given twice, also when the newest goes: mails already out carry them.

Revision ID: 0022_numbers_given_once
Revises: 0021_kept_answers
"""

import re

from alembic import op

revision = "0022_numbers_given_once"
down_revision = "0021_kept_answers"
branch_labels = None
depends_on = None

_TABLES = ("subscriber", "subscription")
_PLAIN = "id INTEGER NOT NULL,"
_COUNTED = "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"


def upgrade() -> None:
    """PostgreSQL has always counted so. On SQLite the tables stay where they are: copied, they would take along what hangs on them."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("CREATE TABLE number_maker (id INTEGER PRIMARY KEY AUTOINCREMENT)")  # whereupon SQLite has its own table of numbers given
    for table in _TABLES:
        _rewrite(table, _PLAIN, _COUNTED, rf",\s*CONSTRAINT pk_{table} PRIMARY KEY \(id\)", "")
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', coalesce(max(id), 0) FROM {table}")  # noqa: S608
    op.execute("DROP TABLE number_maker")


def downgrade() -> None:
    """Numbers are given by the highest there is."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in _TABLES:
        _rewrite(table, _COUNTED, _PLAIN, r"\)\s*$", f", CONSTRAINT pk_{table} PRIMARY KEY (id))")
        op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{table}'")  # noqa: S608


def _rewrite(table: str, old: str, new: str, key: str, instead: str) -> None:
    """Change what SQLite reads of a table when it opens it; the rows are kept the same way either way."""
    connection = op.get_bind()
    text = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar_one()
    text = re.sub(key, instead, text.replace(old, new, 1))
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    connection.exec_driver_sql("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?", (text, table))
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")
