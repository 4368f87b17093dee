"""Imports that are worked off step by step: the file in pieces, what rows came to, what was brought, and how far each is.

Revision ID: 0020_import_engine
Revises: 0019_one_person
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0020_import_engine"
down_revision = "0019_one_person"
branch_labels = None
depends_on = None

_number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _some(name: str, type_: "sa.types.TypeEngine[object] | type[sa.types.TypeEngine[object]]", default: str) -> "sa.Column[object]":
    return sa.Column(name, type_, nullable=False, server_default=default)


_IMPORT = (
    lambda: _some("token", sa.String(), ""),
    lambda: _some("fault", sa.String(), ""),
    lambda: _some("roles", sa.String(), "mark"),
    lambda: _some("disposables", sa.String(), "mark"),
    lambda: _some("sample", sa.JSON(), "[]"),
    lambda: _some("size", _number, "0"),
    lambda: _some("pieces", _number, "0"),
    lambda: _some("tried", _number, "0"),
    lambda: _some("undone", _number, "0"),
    lambda: _some("marked", sa.JSON(), "{}"),
    lambda: _some("taken_back", sa.JSON(), "{}"),
    lambda: sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
    lambda: sa.Column("since", sa.DateTime(timezone=True), nullable=False, server_default="1970-01-01 00:00:00.000000"),
    lambda: sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
)
_BLOCK = (lambda: _some("judged", sa.JSON(), "[]"), lambda: _some("came", sa.JSON(), "{}"))


def upgrade() -> None:
    """Ended ones stay as they are, and cannot be undone; of the others what is left is tried out anew before it may go on."""
    op.create_table(
        "import_piece",
        sa.Column("import_id", _number, nullable=False),
        sa.Column("position", _number, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_import_piece_import_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_piece")),
    )
    for column in _IMPORT:
        op.add_column("import", column())
    for column in _BLOCK:
        op.add_column("import_block", column())
    op.execute(sa.text('UPDATE "import" SET since = created_at, settled_at = created_at, tried = done'))
    op.execute(sa.text("UPDATE \"import\" SET state = 'checking' WHERE state <> 'done'"))
    brought = sa.table("import", sa.column("id"), sa.column("token"))
    for number in op.get_bind().scalars(sa.select(brought.c.id)).all():
        op.execute(brought.update().where(brought.c.id == number).values(token=secrets.token_urlsafe(16)))
    op.create_index(op.f("ix_import_token"), "import", ["token"], unique=True)


def downgrade() -> None:
    """Who came in stays; a file that was not read to its end goes, and what was stopped or taken back counts as ended."""
    op.drop_index(op.f("ix_import_token"), table_name="import")
    unread = "state IN ('uploading', 'reading', 'failed')"
    op.execute(sa.text(f'DELETE FROM import_block WHERE import_id IN (SELECT id FROM "import" WHERE {unread})'))  # noqa: S608
    op.drop_table("import_piece")
    op.execute(sa.text(f'DELETE FROM "import" WHERE {unread}'))  # noqa: S608
    op.execute(sa.text("UPDATE \"import\" SET state = 'done' WHERE state IN ('cancelled', 'undoing', 'undone')"))
    op.execute(sa.text("UPDATE \"import\" SET state = 'read' WHERE state IN ('checking', 'checked', 'running')"))
    for column in _BLOCK:
        op.drop_column("import_block", column().name)
    for column in _IMPORT:
        op.drop_column("import", column().name)
