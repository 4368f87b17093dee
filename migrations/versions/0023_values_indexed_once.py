"""Values: a word is no longer in the indexes of numbers and days, so that writing one costs half as much.

Revision ID: 0023_values_indexed_once
Revises: 0022_numbers_given_once
"""

import sqlalchemy as sa
from alembic import op

revision = "0023_values_indexed_once"
down_revision = "0022_numbers_given_once"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No value changes."""
    for column in ("number", "day"):
        op.drop_index(f"ix_profile_value_field_{column}", "profile_value")
        only = sa.text(f"{column} IS NOT NULL")
        columns = ["field_id", column, "subscriber_id"]
        op.create_index(f"ix_profile_value_field_{column}", "profile_value", columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """No value changes."""
    for column in ("number", "day"):
        op.drop_index(f"ix_profile_value_field_{column}", "profile_value")
        op.create_index(f"ix_profile_value_field_{column}", "profile_value", ["field_id", column, "subscriber_id"])
