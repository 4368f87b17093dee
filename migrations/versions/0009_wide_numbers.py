"""On PostgreSQL numbers are bigints; SQLite's are wide already.

Revision ID: 0009_wide_numbers
Revises: 0008_what_providers_take
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_wide_numbers"
down_revision = "0008_what_providers_take"
branch_labels = None
depends_on = None

_COLUMNS = sa.text(
    "SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) FROM information_schema.columns"
    " WHERE table_schema = current_schema() AND data_type = :now ORDER BY table_name, column_name"
)


def upgrade() -> None:
    """A ledger may grow beyond two thousand million messages."""
    _alter("integer", "bigint", sa.BigInteger())


def downgrade() -> None:
    """Numbers too large for that are refused by the database."""
    _alter("bigint", "integer", sa.Integer())


def _alter(now: str, then: str, kind: sa.types.TypeEngine[int]) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column, sequence in op.get_bind().execute(_COLUMNS, {"now": now}).all():
        op.alter_column(table, column, type_=kind)
        if sequence:
            op.execute(f"ALTER SEQUENCE {sequence} AS {then}")
