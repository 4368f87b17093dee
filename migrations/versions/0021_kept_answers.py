"""What requests with an Idempotency-Key were answered.

Revision ID: 0021_kept_answers
Revises: 0020_import_engine
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_kept_answers"
down_revision = "0020_import_engine"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An empty table."""
    op.create_table(
        "kept_answer",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_kept_answer")),
    )
    op.create_index("ix_kept_answer_asked_at", "kept_answer", ["asked_at"])


def downgrade() -> None:
    """A request sent again after this is done again."""
    op.drop_table("kept_answer")
