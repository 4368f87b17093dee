"""Sums of what people did and lines of orders, both filled from history, and people put into segments by hand.

Revision ID: 0018_segments
Revises: 0017_fields_and_amounts
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0018_segments"
down_revision = "0017_fields_and_amounts"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SLICE = 10_000
_DEEDS = ("sent", "opened", "clicked", "ordered")
_SECONDS = {
    "sqlite": "CAST(strftime('%s', substr(max({}_at), 1, 19)) AS INTEGER)",
    "postgresql": "CAST(floor(extract(epoch FROM max({}_at))) AS BIGINT)",
}
_SUMS = """
INSERT INTO engagement (subscriber_id, sent, opened, clicked, orders, spent, campaigns, opened_mask, clicked_mask,
                        last_sent, last_opened, last_clicked, last_ordered)
SELECT subscriber_id, count(sent_at), count(opened_at), count(clicked_at), sum(orders), sum(spent), sum(campaigns),
       sum(CASE WHEN campaigns = 1 AND place <= 50 AND opened_at IS NOT NULL
                THEN CAST(1 AS BIGINT) << CAST(place - 1 AS INTEGER) ELSE 0 END),
       sum(CASE WHEN campaigns = 1 AND place <= 50 AND clicked_at IS NOT NULL
                THEN CAST(1 AS BIGINT) << CAST(place - 1 AS INTEGER) ELSE 0 END),
       {sent}, {opened}, {clicked}, {ordered}
FROM (SELECT mails.*, row_number() OVER (PARTITION BY subscriber_id, campaigns ORDER BY sent_at DESC, mailing DESC) AS place
      FROM (SELECT activity.subscriber_id, coalesce(mailing_id, 0) AS mailing,
                   max(CASE WHEN kind = 'sent' THEN at END) AS sent_at,
                   max(CASE WHEN kind = 'opened' THEN at END) AS opened_at,
                   max(CASE WHEN kind = 'clicked' THEN at END) AS clicked_at,
                   max(CASE WHEN kind = 'ordered' THEN at END) AS ordered_at,
                   sum(CASE WHEN kind = 'ordered' THEN 1 ELSE 0 END) AS orders,
                   sum(CASE WHEN kind = 'ordered' THEN coalesce(amount, 0) ELSE 0 END) AS spent,
                   CASE WHEN max(CASE WHEN kind = 'sent' THEN at END) IS NOT NULL
                             AND coalesce(mailing_id, 0) IN (SELECT id FROM mailing WHERE kind = 'campaign') THEN 1 ELSE 0 END AS campaigns
            FROM activity JOIN subscriber ON subscriber.id = activity.subscriber_id
            WHERE activity.subscriber_id > :after AND activity.subscriber_id <= :upto
              AND (kind IN ('sent', 'ordered') OR (kind IN ('opened', 'clicked') AND NOT machine))
            GROUP BY activity.subscriber_id, coalesce(mailing_id, 0)) AS mails) AS placed
GROUP BY subscriber_id
"""


def upgrade() -> None:
    """New tables, filled with what the ledger and the orders say."""
    _create_people()
    _create_purchases()
    connection = op.get_bind()
    _fill_purchases(connection)
    sums = _SUMS.format(**{name: _SECONDS[connection.dialect.name].format(name) for name in _DEEDS})
    last = connection.scalar(sa.text("SELECT coalesce(max(id), 0) FROM subscriber")) or 0
    for after in range(0, last, _SLICE):
        connection.execute(sa.text(sums), {"after": after, "upto": after + _SLICE})
    connection.execute(sa.text("INSERT INTO cursor (reader, last_id) SELECT 'engagement', max(id) FROM activity HAVING count(*) > 0"))


def _create_people() -> None:
    op.create_table(
        "segment_member",
        sa.Column("segment_id", _NUMBER, nullable=False),
        sa.Column("subscriber_id", _NUMBER, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["segment_id"], ["segment.id"], name=op.f("fk_segment_member_segment_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_segment_member_subscriber_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("segment_id", "subscriber_id", name=op.f("pk_segment_member")),
    )
    op.create_index("ix_segment_member_person", "segment_member", ["subscriber_id"])
    numbers = ("sent", "opened", "clicked", "orders", "spent", "campaigns", "opened_mask", "clicked_mask")
    op.create_table(
        "engagement",
        sa.Column("subscriber_id", _NUMBER, autoincrement=False, nullable=False),
        *(sa.Column(name, _NUMBER, nullable=False) for name in numbers),
        *(sa.Column(f"last_{name}", _NUMBER, nullable=True) for name in _DEEDS),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_engagement_subscriber_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_engagement")),
    )
    asked = ["last_ordered", "orders", "spent", "last_clicked", "last_opened", "opened_mask", "clicked_mask", "subscriber_id"]
    customers = sa.text("last_ordered IS NOT NULL")
    op.create_index("ix_engagement_customers", "engagement", asked, sqlite_where=customers, postgresql_where=customers)


def _create_purchases() -> None:
    op.create_table(
        "purchase",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("subscriber_id", _NUMBER, nullable=False),
        sa.Column("order_id", _NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("quantity", _NUMBER, nullable=False),
        sa.Column("amount", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("fk_purchase_subscriber_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
    )
    op.create_index("ix_purchase_product", "purchase", ["product", "subscriber_id"])
    op.create_index("ix_purchase_category", "purchase", ["category", "subscriber_id"])
    op.create_index("ix_purchase_person", "purchase", ["subscriber_id"])


def _fill_purchases(connection: sa.Connection) -> None:
    """Earlier lines named no category."""
    wanted = sa.text(
        'SELECT id, subscriber_id, at, lines FROM "order" WHERE id > :after AND subscriber_id IS NOT NULL ORDER BY id LIMIT 1000'
    )
    put = sa.text(
        "INSERT INTO purchase (subscriber_id, order_id, at, product, category, quantity, amount)"
        " VALUES (:subscriber_id, :order_id, :at, :product, '', :quantity, :amount)"
    )
    after = 0
    while orders := connection.execute(wanted, {"after": after}).all():
        after = orders[-1].id
        bought = [
            {"subscriber_id": order.subscriber_id, "order_id": order.id, "at": order.at, **_line(line)}
            for order in orders
            for line in (json.loads(order.lines) if isinstance(order.lines, str) else order.lines or [])
        ]
        if bought:
            connection.execute(put, bought)


def _line(line: dict[str, object]) -> dict[str, object]:
    return {name: line[name] for name in ("product", "quantity", "amount")}


def downgrade() -> None:
    """The ledger and the orders keep what the sums were made of; whom somebody had chosen by hand is not kept."""
    connection = op.get_bind()
    connection.execute(sa.text("DELETE FROM cursor WHERE reader = 'engagement'"))
    connection.execute(sa.text("DELETE FROM activity WHERE kind = 'corrected'"))
    for table in ("purchase", "engagement", "segment_member"):
        op.drop_table(table)
