"""Keep those who wait in the order in which they go: PostgreSQL sorted all of a campaign's people for each few hundred it took.

Revision ID: 0014_waiting_in_order
Revises: 0013_how_providers_answer
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_waiting_in_order"
down_revision = "0013_how_providers_answer"
branch_labels = None
depends_on = None

_WAITING = sa.text("state IN ('pending', 'deferred')")


def upgrade() -> None:
    """The index of those who wait ends in the row's number."""
    _index("lane", "mailing_id", "due_at", "id")


def downgrade() -> None:
    """As before."""
    _index("lane", "mailing_id", "due_at")


def _index(*columns: str) -> None:
    op.drop_index("ix_message_due", "message")
    op.create_index("ix_message_due", "message", list(columns), sqlite_where=_WAITING, postgresql_where=_WAITING)
