"""A mailing keeps how many people it has, so that nobody counts a million rows to know it.

Revision ID: 0006_people_of_a_mailing
Revises: 0005_how_sending_goes
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_people_of_a_mailing"
down_revision = "0005_how_sending_goes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Counted once for those that are there."""
    op.add_column("mailing", sa.Column("people", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE mailing SET people = (SELECT count(*) FROM message WHERE message.mailing_id = mailing.id)")


def downgrade() -> None:
    """The rows know it still."""
    op.drop_column("mailing", "people")
