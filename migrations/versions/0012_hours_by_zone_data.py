"""By which time zone data hours were found, so that they are found again when the data change."""

import sqlalchemy as sa
from alembic import op

revision = "0012_hours_by_zone_data"
down_revision = "0011_instance"
branch_labels = None
depends_on = None

_CAMPAIGN = sa.table("campaign", sa.column("state", sa.String), sa.column("zone_data", sa.String))


def upgrade() -> None:
    """Of what is scheduled nobody noted the data's version: older than any, so that it is looked at once more."""
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.add_column(sa.Column("zone_data", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("moved_from", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("sequence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hours_by", sa.String(), nullable=True))
    op.execute(sa.update(_CAMPAIGN).where(_CAMPAIGN.c.state == "scheduled").values(zone_data=""))


def downgrade() -> None:
    """The instants stay as they are."""
    with op.batch_alter_table("sequence", schema=None) as batch_op:
        batch_op.drop_column("hours_by")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_column("moved_from")
        batch_op.drop_column("zone_data")
