"""Who a database is, so that one that came back from a copy is known for one."""

import sqlalchemy as sa
from alembic import op

revision = "0011_instance"
down_revision = "0010_leads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table, empty: the first process that begins writes its row."""
    op.create_table(
        "instance",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("former", sa.JSON(), nullable=False),
        sa.Column("age", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("held", sa.String(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_instance")),
    )


def downgrade() -> None:
    """A database of that version goes by no name."""
    op.drop_table("instance")
