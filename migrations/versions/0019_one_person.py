"""Words that people are found by, staff's notes, who looks after whom, former addresses, and what two merged records leave behind.

Revision ID: 0019_one_person
Revises: 0018_segments
"""

import sqlalchemy as sa
from alembic import op

revision = "0019_one_person"
down_revision = "0018_segments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everybody known is due to be made findable; the clock works that off."""
    op.create_table(
        "former_address",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_former_address_subscriber_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_address")),
    )
    with op.batch_alter_table("former_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_former_address_email_key"), ["email_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_former_address_subscriber_id"), ["subscriber_id"], unique=False)

    op.create_table(
        "former_number",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("now", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_former_number_subscriber_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_former_number")),
    )
    with op.batch_alter_table("former_number", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_former_number_subscriber_id"), ["subscriber_id"], unique=False)

    op.create_table(
        "note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_note_subscriber_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_subscriber_id"), ["subscriber_id"], unique=False)

    op.create_table(
        "search_due",
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_search_due_subscriber_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_search_due")),
    )
    op.create_table(
        "search_key",
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("word", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_search_key_subscriber_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subscriber_id", "word", name=op.f("pk_search_key")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("search_key", schema=None) as batch_op:
        batch_op.create_index("ix_search_key_word", ["word", "subscriber_id"], unique=False)

    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_code_offer_id_subscriber_id"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_code_offer_id_subscriber_id_former_key"), ["offer_id", "subscriber_id", "former_key"]
        )

    op.execute("UPDATE code SET former_key = 0")
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.alter_column("former_key", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)

    # Added without a copy of the table, which may hold millions of rows.
    op.add_column("subscriber", sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
    op.execute("INSERT INTO search_due (subscriber_id) SELECT id FROM subscriber")


def downgrade() -> None:
    """Notes, owners and former addresses have no place in the older tables; of two codes of one offer the person keeps her first."""
    op.drop_column("subscriber", "owner_id")

    op.execute("DELETE FROM code WHERE former_key <> 0")
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_code_offer_id_subscriber_id_former_key"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_code_offer_id_subscriber_id"), ["offer_id", "subscriber_id"])
        batch_op.drop_column("former_key")

    with op.batch_alter_table("search_key", schema=None) as batch_op:
        batch_op.drop_index("ix_search_key_word")

    op.drop_table("search_key")
    op.drop_table("search_due")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_subscriber_id"))

    op.drop_table("note")
    with op.batch_alter_table("former_number", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_former_number_subscriber_id"))

    op.drop_table("former_number")
    with op.batch_alter_table("former_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_former_address_subscriber_id"))
        batch_op.drop_index(batch_op.f("ix_former_address_email_key"))

    op.drop_table("former_address")
