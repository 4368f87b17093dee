"""Sessions of the staff in rows that can be ended, and failed sign-ins by network and device.

Who was signed in signs in once more, in both directions.

Revision ID: 0004_sessions_of_staff
Revises: 0003_keep_what_was_scheduled
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004_sessions_of_staff"
down_revision = "0003_keep_what_was_scheduled"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Accounts stay; failures of the last quarter of an hour count against no network."""
    op.create_table(
        "staff_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_staff_session_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_staff_session_digest")),
    )
    op.create_index("ix_staff_session_user_id", "staff_session", ["user_id"])
    op.drop_column("user", "session_stamp")
    op.drop_table("sign_in_attempt")
    _attempts(sa.Column("network", sa.String(), nullable=False), sa.Column("device", sa.String(), nullable=True))
    op.create_index("ix_sign_in_attempt_network", "sign_in_attempt", ["network"])
    op.create_index("ix_sign_in_attempt_at", "sign_in_attempt", ["at"])


def downgrade() -> None:
    """Every account gets a stamp of its own, which no session knows."""
    op.drop_table("sign_in_attempt")
    _attempts()
    op.add_column("user", sa.Column("session_stamp", sa.String(), nullable=False, server_default=""))
    users = sa.table("user", sa.column("id", sa.Integer), sa.column("session_stamp", sa.String))
    for (user_id,) in op.get_bind().execute(sa.select(users.c.id)).all():
        op.execute(users.update().where(users.c.id == user_id).values(session_stamp=secrets.token_hex(8)))
    with op.batch_alter_table("user") as table:
        table.alter_column("session_stamp", server_default=None)
    op.drop_index("ix_staff_session_user_id", "staff_session")
    op.drop_table("staff_session")


def _attempts(*more: sa.Column[str]) -> None:
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        *more,
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_account", "sign_in_attempt", ["account"])
