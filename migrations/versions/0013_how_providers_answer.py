"""Tables of how providers answer us and of limits set for them; why a campaign was paused by itself.

Revision ID: 0013_how_providers_answer
Revises: 0012_hours_by_zone_data
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_how_providers_answer"
down_revision = "0012_hours_by_zone_data"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty tables, and a column that is empty for every campaign there is."""
    op.create_table(
        "bucket",
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("throttled", sa.Double(), nullable=False),
        sa.Column("refused", sa.Double(), nullable=False),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("usual", sa.Double(), nullable=False),
        sa.Column("slow", sa.Double(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slots_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sender", "provider", name=op.f("pk_bucket")),
    )
    op.create_table(
        "provider_limit",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("per_minute", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("connections", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_provider_limit")),
    )
    with op.batch_alter_table("campaign") as campaign:
        campaign.add_column(sa.Column("braked", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """What is told there is found out anew; nobody is lost by it."""
    with op.batch_alter_table("campaign") as campaign:
        campaign.drop_column("braked")
    op.drop_table("provider_limit")
    op.drop_table("bucket")
