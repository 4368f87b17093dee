"""Which of several schedulers leads, where many computers share a database."""

import sqlalchemy as sa
from alembic import op

revision = "0010_leads"
down_revision = "0009_wide_numbers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lead",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_lead")),
    )


def downgrade() -> None:
    op.drop_table("lead")
