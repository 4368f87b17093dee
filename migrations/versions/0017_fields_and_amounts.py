"""Fields: help, required, places by level, amounts by currency, archived ones; values in whole cents.

Revision ID: 0017_fields_and_amounts
Revises: 0016_consent_and_suppression
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_fields_and_amounts"
down_revision = "0016_consent_and_suppression"
branch_labels = None
depends_on = None

_AMOUNTS = sa.text("cents IS NOT NULL")


def upgrade() -> None:
    """Every field stays as it was; the places there are, are regions."""
    for column in (
        sa.Column("help", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("required", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("level", sa.String(), nullable=False, server_default=""),
        sa.Column("currency", sa.String(), nullable=False, server_default=""),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("field", column)
    op.execute("UPDATE field SET level = 'region' WHERE kind = 'place'")
    # Added without a copy of the table, which may hold tens of millions of rows.
    op.add_column("profile_value", sa.Column("cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
    op.create_index(
        "ix_profile_value_field_cents",
        "profile_value",
        ["field_id", "cents", "subscriber_id"],
        sqlite_where=_AMOUNTS,
        postgresql_where=_AMOUNTS,
    )


def downgrade() -> None:
    """Amounts become numbers; cities and countries become texts; what was archived is asked for again."""
    op.drop_index("ix_profile_value_field_cents", "profile_value")
    op.execute("UPDATE profile_value SET number = cents / 100.0 WHERE cents IS NOT NULL")
    op.execute("UPDATE field SET kind = 'number' WHERE kind = 'money'")
    op.execute("UPDATE field SET kind = 'string' WHERE kind = 'place' AND level = 'city'")
    op.drop_column("profile_value", "cents")
    for name in ("archived_at", "currency", "level", "required", "help"):
        op.drop_column("field", name)  # in place: values refer to the table
