"""Accounts outlive the change to sessions in rows, both ways; nobody is signed in by what was kept."""

from pathlib import Path

from sqlalchemy import text

from mailflow.cli.migrate import downgrade, upgrade
from mailflow.foundation.database import Database


def test_accounts_stay_and_get_stamps_of_their_own(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'm.sqlite3'}"
    upgrade(url, "0003_keep_what_was_scheduled")
    columns = "email, name, password_hash, language, created_at, disabled_at"
    with Database(url).begin() as session:
        for name in ("Bruno", "Elena"):
            values = f"'{name}@example.net', '{name}', 'hash', 'es', '2026-11-21 12:00:00', NULL, 'old'"
            session.execute(text(f'INSERT INTO "user" ({columns}, session_stamp) VALUES ({values})'))
    upgrade(url)
    downgrade(url, "0003_keep_what_was_scheduled")
    with Database(url).read() as session:
        rows = session.execute(text('SELECT name, session_stamp FROM "user" ORDER BY id')).all()
    assert [name for name, _ in rows] == ["Bruno", "Elena"]
    stamps = {stamp for _, stamp in rows}
    assert len(stamps) == 2
    assert "old" not in stamps
