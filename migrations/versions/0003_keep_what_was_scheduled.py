"""Keep with each campaign the newsletter and the segment as they stood when it was scheduled.

Revision ID: 0003_keep_what_was_scheduled
Revises: 0002_indexes_of_the_few
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003_keep_what_was_scheduled"
down_revision = "0002_indexes_of_the_few"
branch_labels = None
depends_on = None

_CAMPAIGN = sa.table(
    "campaign",
    sa.column("id", sa.Integer),
    sa.column("state", sa.String),
    sa.column("newsletter_id", sa.Integer),
    sa.column("segment_id", sa.Integer),
    sa.column("kept", sa.JSON(none_as_null=True)),
)
_LETTER = ("template", "mjml", "slots", "subject", "preheader", "language")
_NEWSLETTER = sa.table("newsletter", sa.column("id"), sa.column("slots", sa.JSON), *(sa.column(key) for key in _LETTER if key != "slots"))
_SEGMENT = sa.table("segment", sa.column("id"), sa.column("name", sa.JSON), sa.column("tree", sa.JSON))


def upgrade() -> None:
    """What is scheduled at this moment goes out as it stands at this moment."""
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kept", sa.JSON(none_as_null=True), nullable=True))
    bind = op.get_bind()
    for row in bind.execute(sa.select(_CAMPAIGN).where(_CAMPAIGN.c.state.in_(("scheduled", "held")))).all():
        bind.execute(sa.update(_CAMPAIGN).where(_CAMPAIGN.c.id == row.id).values(kept=_copy(bind, row)))


def downgrade() -> None:
    """Scheduled campaigns follow their newsletter and segment again."""
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_column("kept")


def _copy(bind: sa.Connection, campaign: Any) -> dict[str, Any]:
    letter = bind.execute(sa.select(_NEWSLETTER).where(_NEWSLETTER.c.id == campaign.newsletter_id)).one_or_none()
    every = {row.id: {"id": row.id, "name": row.name, "tree": row.tree} for row in bind.execute(sa.select(_SEGMENT))}
    its = every.pop(campaign.segment_id, None)
    return {
        "letter": {key: getattr(letter, key) for key in _LETTER} if letter else None,
        "tree": its["tree"] if its else None,
        "segments": list(every.values()) if its else [],
    }
