"""A campaign scheduled before this version kept copies gets one when its shop is brought up to date."""

from pathlib import Path

import sqlalchemy as sa

from mailflow.cli.migrate import downgrade, upgrade

BEFORE = "0002_indexes_of_the_few"
SHOP = """
insert into newsletter (id, name, template, language, subject, preheader, slots, mjml, created_at, changed_at)
  values (1, 'Otoño', 'newsletter', 'es', 'Lo planeado', '', '{"title": "Hola"}', '', '2026-11-01', '2026-11-01');
insert into segment (id, name, tree, created_at, changed_at) values (1, '{"es": "A"}', '{"all": []}', '2026-11-01', '2026-11-01');
insert into segment (id, name, tree, created_at, changed_at)
  values (2, '{"es": "B"}', '{"all": [{"segment": 1}]}', '2026-11-01', '2026-11-01');
insert into campaign (id, name, newsletter_id, segment_id, state, created_at) values (1, 'x', 1, 2, 'scheduled', '2026-11-01');
insert into campaign (id, name, newsletter_id, segment_id, state, created_at) values (2, 'y', 1, null, 'held', '2026-11-01');
insert into campaign (id, name, newsletter_id, segment_id, state, created_at) values (3, 'z', 1, 2, 'draft', '2026-11-01')
"""


def test_what_is_scheduled_is_kept_as_it_stands_and_a_draft_is_not(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'm.sqlite3'}"
    upgrade(url, BEFORE)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in SHOP.split(";"):
            connection.execute(sa.text(statement.replace(":", r"\:")))
    upgrade(url)
    campaign = sa.table("campaign", sa.column("id"), sa.column("name"), sa.column("kept", sa.JSON))
    with engine.connect() as connection:
        kept = {row.id: row.kept for row in connection.execute(sa.select(campaign))}
    letter = {"template": "newsletter", "mjml": "", "slots": {"title": "Hola"}, "subject": "Lo planeado", "preheader": "", "language": "es"}
    named = [{"id": 1, "name": {"es": "A"}, "tree": {"all": []}}]
    assert kept[1] == {"letter": letter, "tree": {"all": [{"segment": 1}]}, "segments": named}
    assert kept[2] == {"letter": letter, "tree": None, "segments": []}
    assert kept[3] is None
    downgrade(url, BEFORE)
    with engine.connect() as connection:
        assert [row.name for row in connection.execute(sa.select(campaign.c.name))] == ["x", "y", "z"]
    engine.dispose()
