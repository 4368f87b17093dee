"""Indexes that hold only the messages somebody looks for: the waiting, those in a worker's hands, those in trouble.

Revision ID: 0002_indexes_of_the_few
Revises: 0001_first_tables
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_indexes_of_the_few"
down_revision = "0001_first_tables"
branch_labels = None
depends_on = None

_PARTIAL = (
    ("ix_message_due", ["lane", "mailing_id", "due_at"], "state IN ('pending', 'deferred')"),
    ("ix_message_worker", ["worker"], "worker IS NOT NULL"),
    ("ix_message_trouble", ["mailing_id", "state", "reason"], "state IN ('deferred', 'failed', 'skipped', 'uncertain')"),
)
_WHOLE = (
    ("ix_message_due", ["lane", "state", "due_at"]),
    ("ix_message_worker", ["worker"]),
    ("ix_message_mailing_state", ["mailing_id", "state", "reason"]),
)


def upgrade() -> None:
    """Rows stay as they are."""
    for name, _ in _WHOLE:
        op.drop_index(name, "message")
    for name, columns, where in _PARTIAL:
        op.create_index(name, "message", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """Rows stay as they are."""
    for name, _, _ in _PARTIAL:
        op.drop_index(name, "message")
    for name, columns in _WHOLE:
        op.create_index(name, "message", columns)
