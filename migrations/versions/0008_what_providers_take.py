"""A table of how many messages each recipient domain took and refused lately.

Revision ID: 0008_what_providers_take
Revises: 0007_rehearsals
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_what_providers_take"
down_revision = "0007_rehearsals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table, empty."""
    op.create_table(
        "provider_flow",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("at", "provider", name=op.f("pk_provider_flow")),
    )


def downgrade() -> None:
    """What is told there is not needed to send."""
    op.drop_table("provider_flow")
