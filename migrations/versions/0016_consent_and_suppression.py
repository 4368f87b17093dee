"""Levels of tracking, words with their versions, suppression by scope, domain and foreign digest, and who took data out.

Revision ID: 0016_consent_and_suppression
Revises: 0015_imports
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_consent_and_suppression"
down_revision = "0015_imports"
branch_labels = None
depends_on = None


_CONSENT = sa.table(
    "consent",
    *(sa.column(name) for name in ("at", "purpose", "granted", "choice", "wording", "wording_digest", "language", "source")),
)
_SUBSCRIBER = sa.table("subscriber", sa.column("tracking"))
_SUPPRESSION = sa.table("suppression", *(sa.column(name) for name in ("id", "address_hash", "form", "scope", "by", "note", "reason", "at")))
_LINE = sa.table("suppression_line", *(sa.column(name) for name in ("at", "address_hash", "scope", "event", "reason", "by", "note")))
_WORDING = sa.table("wording", *(sa.column(name) for name in ("place", "purpose", "language", "digest", "version", "text", "since")))


def upgrade() -> None:
    """What was agreed to keeps its meaning; whoever got nothing still gets nothing at all."""
    op.create_table(
        "export",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("rows", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_table(
        "suppression_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression_line")),
    )
    with op.batch_alter_table("suppression_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suppression_line_address_hash"), ["address_hash"], unique=False)

    op.create_table(
        "tracking_default",
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("country", name=op.f("pk_tracking_default")),
    )
    op.create_table(
        "wording",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint("place", "purpose", "language", "digest", name=op.f("uq_wording_place_purpose_language_digest")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("choice", sa.String(), nullable=True))
    _fill_choices()
    _fill_wordings()
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.alter_column("choice", existing_type=sa.String(), nullable=False)

    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_open_on", sa.Date(), nullable=True))

    new = ("form", "scope", "by", "note")
    with op.batch_alter_table("suppression", schema=None) as batch_op:
        for name in new:
            batch_op.add_column(sa.Column(name, sa.String(), nullable=True))
        batch_op.add_column(sa.Column("asked_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_suppression_address_hash"), type_="unique")
    op.execute(sa.update(_SUPPRESSION).values(form="address", scope="everything", by="", note=""))
    with op.batch_alter_table("suppression", schema=None) as batch_op:
        for name in new:
            batch_op.alter_column(name, existing_type=sa.String(), nullable=False)
        batch_op.create_index("ix_suppression_form", ["form"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_suppression_address_hash_scope"), ["address_hash", "scope"])
    _tell_suppressions()


def _fill_choices() -> None:
    level = sa.case((_CONSENT.c.granted, "individual"), else_="aggregate")
    op.execute(sa.update(_CONSENT).values(choice=sa.case((_CONSENT.c.purpose == "tracking", level), else_="")))


def _fill_wordings() -> None:
    """Each different text is a version, in the order in which they were first agreed to."""
    place = sa.case((_CONSENT.c.source.like("subscription:%"), "page"), else_=_CONSENT.c.source).label("place")
    where = (place, _CONSENT.c.purpose, _CONSENT.c.language)
    found = (
        sa.select(*where, _CONSENT.c.wording_digest.label("digest"))
        .add_columns(sa.func.max(_CONSENT.c.wording).label("text"), sa.func.min(_CONSENT.c.at).label("since"))
        .where(_CONSENT.c.wording != "")
        .group_by(*where, _CONSENT.c.wording_digest)
        .subquery()
    )
    row = found.c
    version = sa.func.row_number().over(partition_by=(row.place, row.purpose, row.language), order_by=(row.since, row.digest))
    rows = sa.select(row.place, row.purpose, row.language, row.digest, version, row.text, row.since)
    op.execute(_WORDING.insert().from_select([column.name for column in _WORDING.c], rows))


def _tell_suppressions() -> None:
    old = _SUPPRESSION.c
    rows = sa.select(old.at, old.address_hash, old.scope, sa.literal("added"), old.reason, old.by, old.note).order_by(old.id)
    op.execute(_LINE.insert().from_select([column.name for column in _LINE.c], rows))


def downgrade() -> None:
    """Who agreed to less than totals gets totals; what the older tables cannot say is left out, and nobody is written to by mistake
    for it: marketing that is not wanted becomes silence.
    """
    op.execute(sa.update(_SUBSCRIBER).where(_SUBSCRIBER.c.tracking.in_(("none", "last-open"))).values(tracking="aggregate"))
    old, twin = _SUPPRESSION.c, _SUPPRESSION.alias()
    op.execute(sa.delete(_SUPPRESSION).where((old.form != "address") | old.scope.like("list:%")))
    wider = sa.select(twin.c.id).where(twin.c.address_hash == old.address_hash, twin.c.scope == "everything")
    op.execute(sa.delete(_SUPPRESSION).where(old.scope == "marketing", wider.exists()))
    with op.batch_alter_table("suppression", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_suppression_address_hash_scope"), type_="unique")
        batch_op.drop_index("ix_suppression_form")
        batch_op.create_unique_constraint(batch_op.f("uq_suppression_address_hash"), ["address_hash"])
        batch_op.drop_column("asked_until")
        batch_op.drop_column("note")
        batch_op.drop_column("by")
        batch_op.drop_column("scope")
        batch_op.drop_column("form")

    op.drop_column("subscriber", "last_open_on")  # in place: a copied table would take along what hangs on it

    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_column("choice")

    op.drop_table("wording")
    op.drop_table("tracking_default")
    with op.batch_alter_table("suppression_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suppression_line_address_hash"))

    op.drop_table("suppression_line")
    op.drop_table("export")
