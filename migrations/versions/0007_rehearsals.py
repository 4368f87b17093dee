"""A campaign keeps what making its mails for some readers showed before it left.

Revision ID: 0007_rehearsals
Revises: 0006_people_of_a_mailing
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_rehearsals"
down_revision = "0006_people_of_a_mailing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Campaigns scheduled already are rehearsed shortly before their hour."""
    op.add_column("campaign", sa.Column("rehearsed", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """It was only to look at."""
    op.drop_column("campaign", "rehearsed")
