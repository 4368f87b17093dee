"""Tables that tell how sending goes: workers, conversations that went wrong, messages a minute.

Revision ID: 0005_how_sending_goes
Revises: 0004_sessions_of_staff
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_how_sending_goes"
down_revision = "0004_sessions_of_staff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables, empty."""
    op.create_table(
        "worker",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_hand", sa.Integer(), nullable=False),
        sa.Column("held", sa.String(), nullable=False),
        sa.Column("routes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker")),
    )
    op.create_table(
        "conversation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
    )
    op.create_table(
        "sent_minute",
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "mailing_id", name=op.f("pk_sent_minute")),
    )


def downgrade() -> None:
    """What is told there is not needed to send."""
    op.drop_table("sent_minute")
    op.drop_table("conversation")
    op.drop_table("worker")
